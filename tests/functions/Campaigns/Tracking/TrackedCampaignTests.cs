using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Campaigns.Sending;
using Crm.Tests.Fixtures;
using MimeKit;

namespace Crm.Tests.Campaigns.Tracking;

/// <summary>From the launch of a campaign to what its recipients do with the mail, as a mail server got it.</summary>
public sealed class TrackedCampaignTests(CampaignApp app) : IClassFixture<CampaignApp>
{
    private readonly string _run = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Recipient_WhoOpensFollowsAndUnsubscribes_IsCounted_AndGetsNothingMore()
    {
        var address = $"{_run}@example.com";
        var segment = await app.SegmentAsync("contacts", await app.ContactAsync(address, _run));
        var first = await LaunchAsync("first", segment);
        var mail = app.Mail.Taken.Single(taken => taken.Subject == $"first {_run}");

        foreach (var link in Addresses(mail.HtmlBody!).Where(link => !link.Contains("/t/u/", StringComparison.Ordinal)))
            await app.CallAsync("GET", new Uri(link).PathAndQuery);
        var unsubscribe = new Uri(mail.Headers[HeaderId.ListUnsubscribe]!.Trim('<', '>'));
        Assert.Equal(HttpStatusCode.OK, (await app.CallAsync("POST", unsubscribe.PathAndQuery, Readers.OneClick())).Status);

        var recipient = Assert.Single(await app.RecipientsAsync(first));
        Assert.All(["openedAt", "clickedAt", "unsubscribedAt"], mark => Assert.NotNull((string?)recipient[mark]));
        await app.ExpectTotalsAsync(first);
        var second = await LaunchAsync("second", segment);
        Assert.Equal("unsubscribed 1", await app.StatusesAsync(second));
        Assert.Empty(app.SentTo($"second {_run}"));
    }

    [Fact]
    public async Task Recipients_HaveEachTheirOwnLinks()
    {
        var segment = await app.SegmentAsync("contacts", await app.ContactAsync($"a-{_run}@example.com", _run), await app.ContactAsync($"b-{_run}@example.com", _run));
        await LaunchAsync("own", segment);

        var mails = app.Mail.Taken.Where(taken => taken.Subject == $"own {_run}").ToList();
        Assert.Equal(2, mails.Count);
        Assert.Empty(Addresses(mails[0].HtmlBody!).Intersect(Addresses(mails[1].HtmlBody!)));
        Assert.Equal(2, mails.Select(mail => mail.MessageId).Distinct().Count());
        Assert.Equal(2, mails.Select(mail => mail.Headers[HeaderId.ListUnsubscribe]).Distinct().Count());
    }

    private async Task<JsonObject> LaunchAsync(string subject, JsonObject segment)
    {
        var template = await app.CreateAsync("email-templates", ("subject", $"{subject} {_run}"), ("bodyHtml", "<a href=\"https://shop.example/\">Shop</a> <a href=\"{{ unsubscribeUrl }}\">No more</a>"), ("bodyText", null));
        var campaign = await app.CampaignAsync(subject, _run, [segment], ("messages", new JsonArray(new JsonObject { ["templateId"] = template.Id() })));
        (await app.ActAsync(campaign, "launch")).Expect(202);
        return await app.EventuallyAsync(campaign, "completed");
    }

    private static List<string> Addresses(string html) =>
        [.. html.Split('"').Where(text => text.StartsWith("http", StringComparison.Ordinal))];
}
