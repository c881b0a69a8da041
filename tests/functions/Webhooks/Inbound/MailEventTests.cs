using System.Text.Json.Nodes;
using Crm.Campaigns;
using Crm.Campaigns.Sending;
using Crm.Entities;
using Crm.Platform.Auth;
using Crm.Platform.Mail;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using static Crm.Tests.Webhooks.Inbound.Senders;

namespace Crm.Tests.Webhooks.Inbound;

/// <summary>What mail providers tell of the mails of campaigns.</summary>
[Collection(SharedApp.Name)]
public sealed class MailEventTests(CrmApp app) : IAsyncLifetime
{
    private static readonly DateTimeOffset SentAt = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly AsyncServiceScope _scope = app.Services.CreateAsyncScope();

    private Recipients Recipients => _scope.ServiceProvider.GetRequiredService<Recipients>();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _scope.DisposeAsync();

    [Fact]
    public async Task MailEvents_BecomeStatesOfRecipients()
    {
        var (sender, campaign) = (await ProviderAsync(), (await app.CreateAsync("campaigns")).Id());
        var (delivered, bounced, complained) = (await SentAsync(campaign), await SentAsync(campaign), await SentAsync(campaign));

        foreach (var (id, type, recipient) in new[] { ("1", "Delivery", delivered), ("2", "Delivery", complained), ("3", "Bounce", bounced), ("4", "SpamComplaint", complained), ("5", "Bounce", bounced) })
            Assert.Equal(("processed", recipient.Id), State(await sender.DeliverAsync(id, Told(type, recipient, SentAt.AddMinutes(1)))));
        Assert.Equal("ignored", (string?)(await sender.DeliverAsync("6", Told("Open", delivered, SentAt)))["state"]);

        Assert.Equal((RecipientStatus.Delivered, SentAt.AddMinutes(1), null), await ReadAsync(delivered));
        Assert.Equal((RecipientStatus.HardBounced, null, null), await ReadAsync(bounced));
        Assert.Equal((RecipientStatus.Delivered, SentAt.AddMinutes(1), SentAt.AddMinutes(1)), await ReadAsync(complained));
        var counts = await _scope.ServiceProvider.GetRequiredService<CampaignTotals>().SumAsync("default", campaign, default);
        Assert.Equal((3, 2, 1, 1), (counts.Sent, counts.Delivered, counts.HardBounced, counts.Complained));
        Assert.Equal((false, true, true), (await SuppressedAsync(delivered), await SuppressedAsync(bounced), await SuppressedAsync(complained)));
    }

    [Fact]
    public async Task MailEvent_OfNoMailOfOurs_Fails()
    {
        var (sender, campaign) = (await ProviderAsync(), (await app.CreateAsync("campaigns")).Id());
        var recipient = await SentAsync(campaign);
        var (_, other) = await app.NewTenantAsync();
        var theirs = new Sender(app, (await other.SendAsync("POST", "/api/v1/inbound-webhooks", Declared())).Expect(201).Json);

        foreach (var (index, messageId) in new[] { "none", "<@>", "a.b@c", $"{campaign}.none@x", $"none.{recipient.Id}@x", "" }.Index())
            Assert.Equal("failed", (string?)(await sender.DeliverAsync($"{index}", new JsonObject { ["RecordType"] = "Bounce", ["MessageID"] = messageId }))["state"]);
        var answer = (await theirs.SendAsync("1", Told("Bounce", recipient, SentAt))).Expect(202);
        await Eventually.GetAsync(
            async () => (await other.SendAsync("GET", $"{theirs.Webhook.Path()}/events/{answer.Json.Id()}")).Expect(200).Json, received => (string?)received["state"] == "failed", "the other tenant's event fails");

        Assert.Equal((RecipientStatus.Sent, null, null), await ReadAsync(recipient));
        Assert.False(await SuppressedAsync(recipient));
    }

    /// <summary>A provider can be faster than the sender writes down.</summary>
    [Fact]
    public async Task MailEvent_OfAMailThatIsBeingSent_WaitsForIt()
    {
        var (sender, campaign) = (await ProviderAsync(), (await app.CreateAsync("campaigns")).Id());
        var claimed = await ClaimedAsync(campaign);

        var received = (await sender.SendAsync("1", Told("Delivery", claimed.Recipient, SentAt))).Expect(202).Json.Id();
        Assert.True(await Recipients.SettleAsync(claimed, Sent, default));

        Assert.Equal("processed", (string?)(await sender.SettledAsync(received))["state"]);
        Assert.Equal(RecipientStatus.Delivered, (await ReadAsync(claimed.Recipient)).Status);
    }

    [Theory]
    [InlineData("""{ "mode": "create" }""", "#/mode not-allowed")]
    [InlineData("""{ "match": { "by": "email", "from": "/x" } }""", "#/mode not-allowed")]
    [InlineData("""{ "mapping": [{ "to": "/event", "value": "delivered" }] }""", "#/mapping required")]
    [InlineData("""{ "mapping": [{ "to": "/messageId", "from": "/id" }, { "to": "/event", "value": "opened" }] }""", "#/mapping/1/value not-allowed")]
    public async Task Webhook_ThatCannotWork_IsRefused(string changes, string error)
    {
        var body = Declared();
        foreach (var (name, value) in (JsonObject)JsonNode.Parse(changes)!)
            body[name] = value?.DeepClone();

        (await app.PostAsync("inbound-webhooks", body)).Expect(422).ExpectErrors(error);
    }

    [Fact]
    public void Mail_WithAReference_HasItInItsMessageId_UnderTheDeploymentsDomain()
    {
        var reference = new MailReference(Guid.NewGuid().ToString(), "0a");
        var mail = new OutgoingMail("ada@example.com", "Hello", "Hello") { FromAddress = "shop@elsewhere.example", Reference = reference.ToString() };

        var message = mail.ToMessage(new MailboxAddress("CRM", "crm@example.com"), SentAt);

        Assert.EndsWith("@example.com", message.MessageId, StringComparison.Ordinal);
        Assert.Equal(reference, MailReference.Parse($"<{message.MessageId}>"));
    }

    private static (string?, string?) State(JsonObject settled) => ((string?)settled["state"], (string?)settled["record"]?["id"]);

    private static JsonObject Told(string type, Recipient recipient, DateTimeOffset at) =>
        new() { ["RecordType"] = type, ["MessageID"] = $"<{new MailReference(recipient.CampaignId, recipient.Id)}@example.com>", ["At"] = at.ToString("O") };

    private static JsonObject Declared() => new()
    {
        ["target"] = "campaign-recipients",
        ["mode"] = "update",
        ["when"] = new JsonObject { ["from"] = "/RecordType", ["in"] = new JsonArray("Delivery", "Bounce", "SpamComplaint") },
        ["mapping"] = new JsonArray(
            From("/messageId", "/MessageID"), From("/at", "/At"),
            Template("/event", "{% case body.RecordType %}{% when 'Delivery' %}delivered{% when 'Bounce' %}bounced{% else %}complained{% endcase %}")),
    };

    private static Recipient Sent(Recipient claimed) => claimed with { Status = RecipientStatus.Sent, SentAt = SentAt, DueAt = null };

    private async Task<Sender> ProviderAsync() => new(app, (await app.PostAsync("inbound-webhooks", Declared())).Expect(201).Json);

    private async Task<StoredRecipient> ClaimedAsync(string campaign)
    {
        await _scope.ServiceProvider.GetRequiredService<CampaignTotals>().EnsureAsync("default", campaign, default);
        var address = $"{Guid.NewGuid():N}@example.com";
        var pending = new Recipient(RecipientKey.IdOf(campaign, "m", address), "default", campaign, "m", new RecordLink { Type = "contacts", Id = "c" }, address, RecipientStatus.Pending) { DueAt = SentAt };
        Assert.True(await Recipients.CreateAsync([pending], default));
        return (await Recipients.ClaimAsync((await Recipients.FindAsync(pending.Key, default))!, "mine", SentAt, SentAt.AddSeconds(45), default))!;
    }

    private async Task<Recipient> SentAsync(string campaign)
    {
        var claimed = await ClaimedAsync(campaign);
        Assert.True(await Recipients.SettleAsync(claimed, Sent, default));
        return claimed.Recipient;
    }

    private async Task<(RecipientStatus Status, DateTimeOffset? DeliveredAt, DateTimeOffset? ComplainedAt)> ReadAsync(Recipient recipient)
    {
        var read = (await Recipients.FindAsync(recipient.Key, default))!.Recipient;
        return (read.Status, read.DeliveredAt, read.ComplainedAt);
    }

    private Task<bool> SuppressedAsync(Recipient recipient) =>
        app.Services.GetRequiredService<SystemCalls>().RunAsync<Suppressions, bool>("default", "test", "test", null, suppressions => suppressions.HasAsync(recipient.Address!, default));
}
