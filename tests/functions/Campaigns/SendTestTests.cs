using System.Text.Json.Nodes;
using Crm.Entities.Types;
using Crm.Tests.Fixtures;
using MimeKit;

namespace Crm.Tests.Campaigns;

[Collection(SharedApp.Name)]
public sealed class SendTestTests(CrmApp app)
{
    private readonly string _address = $"{Guid.NewGuid():N}@example.com";

    [Fact]
    public async Task Test_SendsEachMessageWithTheFieldsOfTheParty_EscapedInHtml()
    {
        var contact = await app.CreateAsync("contacts", ("firstName", "<Ådne>"), ("lastName", "春"));
        var campaign = await CampaignAsync("{{ contact.firstName }}: {{ campaign.name }}", "<p>{{ contact.firstName }} {{ contact.lastName }}{{ contact.none }}</p>", "Hei {{ contact.firstName }}");

        var answer = (await TestAsync(campaign, ("partyType", "contacts"), ("partyId", contact.Id()))).Expect(200).Json;

        var message = Assert.Single(answer["messages"]!.AsArray())!;
        Assert.Equal((string?)campaign["messages"]![0]!["id"], (string?)message["messageId"]);
        var mail = Assert.Single(Mails());
        Assert.Equal($"<Ådne>: {campaign["name"]}", mail.Subject);
        Assert.Equal("<p>&lt;Ådne&gt; 春</p>", mail.HtmlBody!.Trim());
        Assert.Equal("Hei <Ådne>", mail.TextBody!.Trim());
        Assert.Equal("ase@akerlund.example", mail.From.Mailboxes.Single().Address);
        Assert.Equal("draft", (string?)(await app.ReadAsync(campaign)).Json["status"]);
    }

    [Fact]
    public async Task Test_HasAPlaceToUnsubscribe_ThatIsNobodys()
    {
        (await TestAsync(await CampaignAsync("Hi", "<a href=\"{{ unsubscribeUrl }}\">No more</a>"))).Expect(200);

        Assert.Contains("/t/u/none\"", Assert.Single(Mails()).HtmlBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_ToASuppressedAddress_SendsNothing_UntilTheSuppressionIsGone()
    {
        var campaign = await CampaignAsync("Hi", "<p>Hi</p>");
        var suppression = await app.CreateAsync("suppressions", ("addressHash", Suppression.HashOf(_address)));

        Assert.Equal(["#/to suppressed"], (await TestAsync(campaign, address: _address.ToUpperInvariant())).Expect(422).Errors);
        Assert.Empty(Mails());

        (await app.DeleteAsync(suppression)).Expect(204);
        (await TestAsync(campaign)).Expect(200);
    }

    [Theory]
    [InlineData("partyType", "users", "#/partyType unknown-value")]
    [InlineData("partyId", "none", "#/partyType unknown-value")]
    [InlineData("partyType", "contacts", "#/partyId unknown-reference")]
    public async Task Test_WithAPartyThatIsNone_IsRefused(string field, string value, string error)
    {
        Assert.Equal([error], (await TestAsync(await CampaignAsync("Hi", "<p>Hi</p>"), (field, value))).Expect(422).Errors);
        Assert.Empty(Mails());
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    [InlineData("a@example.com, b@example.com")]
    public async Task Test_ToWhatIsNoAddress_IsRefused(string address) =>
        Assert.Equal(["#/to format"], (await TestAsync(await CampaignAsync("Hi", "<p>Hi</p>"), address: address)).Expect(422).Errors);

    [Fact]
    public async Task Test_OfATemplateThatCannotBeRendered_SendsNoneOfTheMessages()
    {
        var good = await app.CreateAsync("email-templates");
        var bad = await app.CreateAsync("email-templates", ("subject", "{% for a in (1..1000) %}{% for b in (1..1000) %}x{% endfor %}{% endfor %}"));
        var messages = new JsonArray(new JsonObject { ["templateId"] = good.Id() }, new JsonObject { ["templateId"] = bad.Id() });
        var campaign = await app.CreateAsync("campaigns", ("messages", messages));

        Assert.Equal(["#/messages/1/templateId liquid"], (await TestAsync(campaign)).Expect(422).Errors);
        Assert.Empty(Mails());
    }

    [Fact]
    public async Task Test_ByAnotherTenant_FindsNoCampaign()
    {
        var campaign = await CampaignAsync("Hi", "<p>Hi</p>");
        var (_, stranger) = await app.NewTenantAsync();

        (await stranger.SendAsync("POST", $"{campaign.Path()}/test", new JsonObject { ["to"] = _address })).Expect(404);
    }

    private async Task<JsonObject> CampaignAsync(string subject, string html, string? text = null)
    {
        var template = await app.CreateAsync("email-templates", ("subject", subject), ("bodyHtml", html), ("bodyText", text));
        return await app.CreateAsync("campaigns", ("messages", new JsonArray(new JsonObject { ["templateId"] = template.Id(), ["fromAddress"] = "ase@akerlund.example" })));
    }

    private Task<Answer> TestAsync(JsonObject campaign, params (string Name, string Value)[] fields) => TestAsync(campaign, _address, fields);

    private Task<Answer> TestAsync(JsonObject campaign, string address, params (string Name, string Value)[] fields)
    {
        var body = new JsonObject { ["to"] = address };
        foreach (var (name, value) in fields)
            body[name] = value;
        return app.SendAsync("POST", $"{campaign.Path()}/test", body);
    }

    private IReadOnlyList<MimeMessage> Mails() => app.MailsTo(_address);
}
