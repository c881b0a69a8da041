using System.Net;
using System.Text.Json.Nodes;
using Crm.Campaigns.Consents;
using Crm.Tests.Campaigns.Tracking;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Crm.Tests.Campaigns.Consents;

/// <summary>Double opt-in: a consent that somebody entered becomes one that its owner has given.</summary>
[Collection(SharedApp.Name)]
public sealed class ConfirmationTests(CrmApp app)
{
    private readonly string _address = $"{Guid.NewGuid():N}@example.com";

    [Fact]
    public async Task PendingConsent_IsAskedForByMail_AndGrantedByTheButton()
    {
        var (contact, consent) = await RequestAsync();

        var mail = await MailAsync();
        var path = Link(mail);
        var (status, page, _) = await app.CallAsync("GET", path);
        Assert.Equal(["pending"], (await app.ConsentsAsync(contact.Id())).States());
        var (confirmed, done, _) = await app.CallAsync("POST", path, Button());

        // The contact likes German best; the browser says nothing.
        Assert.StartsWith("Anmeldung bestätigen: ", mail.Subject, StringComparison.Ordinal);
        Assert.Contains("newsletter", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains(path, mail.HtmlBody, StringComparison.Ordinal);
        Assert.Equal($"{consent.Id()}@example.com", mail.MessageId);
        Assert.Equal("auto-generated", mail.Headers[HeaderId.AutoSubmitted]);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (status, confirmed));
        Assert.Contains("name=\"confirm\" value=\"yes\">Confirm your subscription", page, StringComparison.Ordinal);
        Assert.Contains("You are subscribed", done, StringComparison.Ordinal);
        var consents = await app.ConsentsAsync(contact.Id());
        Assert.Equal(["pending", "granted"], consents.States());
        Assert.Equal(("confirmation link", "127.0.0.1", $"consents/{consent.Id()}"), ((string?)consents[1]["source"], (string?)consents[1]["evidence"]!["ip"], (string?)consents[1]["evidence"]!["formId"]));
    }

    [Fact]
    public async Task Confirm_AgainAndAtOnce_GrantsOnce()
    {
        var (contact, consent) = await RequestAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.CallAsync("POST", Path(consent), Button())));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(["pending", "granted"], (await app.ConsentsAsync(contact.Id())).States());
        Assert.Contains("You are subscribed", (await app.CallAsync("GET", Path(consent))).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HEAD", null)]
    [InlineData("GET", null)]
    [InlineData("POST", null)]
    [InlineData("POST", "confirm=no")]
    public async Task Confirm_ByAProgramThatLooksAtIt_GrantsNothing(string method, string? body)
    {
        var (contact, consent) = await RequestAsync();

        await app.CallAsync(method, Path(consent), body is null ? null : new StringContent(body, null, "application/x-www-form-urlencoded"));

        Assert.Equal(["pending"], (await app.ConsentsAsync(contact.Id())).States());
    }

    [Fact]
    public async Task Confirm_AfterSevenDays_SaysThatTheLinkIsNoLongerGood()
    {
        var (contact, consent) = await RequestAsync();
        await AgeAsync(consent, TimeSpan.FromDays(7));

        var (status, page, _) = await app.CallAsync("POST", Path(consent), Button());

        Assert.Equal(HttpStatusCode.Gone, status);
        Assert.Contains("no longer valid", page, StringComparison.Ordinal);
        Assert.Equal(["pending"], (await app.ConsentsAsync(contact.Id())).States());
    }

    [Theory]
    [InlineData("withdrawn")]
    [InlineData("pending")]
    public async Task Confirm_OfWhatWasFollowedByAnother_GrantsNothing(string state)
    {
        var (contact, consent) = await RequestAsync();
        await app.SayAsync(contact, state);

        Assert.Equal(HttpStatusCode.Gone, (await app.CallAsync("POST", Path(consent), Button())).Status);
        Assert.Equal(["pending", state], (await app.ConsentsAsync(contact.Id())).States());
    }

    [Fact]
    public async Task Confirm_AfterItWasWithdrawn_DoesNotGrantItOnceMore()
    {
        var (contact, consent) = await RequestAsync();
        await app.CallAsync("POST", Path(consent), Button());
        await app.SayAsync(contact, "withdrawn");

        Assert.Equal(HttpStatusCode.Gone, (await app.CallAsync("POST", Path(consent), Button())).Status);
        Assert.Equal(["pending", "granted", "withdrawn"], (await app.ConsentsAsync(contact.Id())).States());
    }

    [Fact]
    public async Task Confirm_OfWhatIsNoPendingConsentByEmail_GrantsNothing()
    {
        var contact = await ContactAsync();
        var letter = await app.CreateAsync("consents", ("partyRef", Ref(contact)), ("channel", "post"), ("state", "pending"));

        foreach (var path in new[] { Path(letter), Path(await app.SayAsync(contact, "granted")), Path("default", "none"), Path("elsewhere", letter.Id()) })
            Assert.Equal(HttpStatusCode.Gone, (await app.CallAsync("POST", path, Button())).Status);
    }

    [Fact]
    public async Task Confirm_OfSomebodyWhoIsGone_SaysThatTheLinkIsNoLongerGood()
    {
        var (contact, consent) = await RequestAsync();
        (await app.DeleteAsync(contact)).Expect(204);

        Assert.Equal(HttpStatusCode.Gone, (await app.CallAsync("POST", Path(consent), Button())).Status);
    }

    private async Task<(JsonObject Contact, JsonObject Consent)> RequestAsync()
    {
        var contact = await ContactAsync();
        return (contact, await app.SayAsync(contact, "pending"));
    }

    private Task<JsonObject> ContactAsync() => app.CreateAsync("contacts", ("emails", new JsonArray(new JsonObject { ["address"] = _address })));

    private static JsonObject Ref(JsonNode contact) => new() { ["type"] = "contacts", ["id"] = contact.Id() };

    private string Path(JsonNode consent) => Path("default", consent.Id());

    private string Path(string tenant, string consent) => app.Services.GetRequiredService<ConfirmationLinks>().Of(new ConfirmationLink(tenant, consent)).PathAndQuery;

    private static FormUrlEncodedContent Button() => new([KeyValuePair.Create("confirm", "yes")]);

    /// <summary>Lets the consent be older than it is, where it lies.</summary>
    private async Task AgeAsync(JsonNode consent, TimeSpan age) => (await app.Cosmos().Records.PatchItemStreamAsync(
        consent.Id(), new PartitionKeyBuilder().Add("default").Add("consents").Add(consent.Id()).Build(),
        [PatchOperation.Set("/data/createdAt", (consent["createdAt"].Time() - age).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture))])).EnsureSuccessStatusCode();

    private async Task<MimeMessage> MailAsync() => (await Eventually.GetAsync(() => Task.FromResult(app.MailsTo(_address)), mails => mails.Count > 0, "a mail that asks"))[0];

    private static string Link(MimeMessage mail) => mail.TextBody!.Split('\n').Select(line => line.Trim()).Single(line => line.Contains("/t/confirm/", StringComparison.Ordinal)) is var link ? new Uri(link).PathAndQuery : "";
}
