using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Webhooks;

/// <summary>Signatures as somebody else's library takes them.</summary>
public sealed class SignatureTests(WebhookApp app, NodeVerifier verifier) : IClassFixture<WebhookApp>, IClassFixture<NodeVerifier>
{
    [SkippableFact]
    public async Task Messages_OfEveryKind_AreVerifiedByStandardwebhooks()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.*");
        var created = await app.CreateAsync("widgets", ("description", "Größe 東京 📦 <&>\n"));
        await app.DeleteAsync((await app.PatchAsync(created, new JsonObject { ["colour"] = "blue" })).Expect(200).Json);
        await Eventually.GetAsync(() => Task.FromResult(receiver.Received.Count), count => count >= 3, "the events arrive");
        var rotated = (await app.SendAsync("POST", $"{webhook.Path()}/rotate-secret")).Expect(200).Json;
        (await app.SendAsync("POST", $"{webhook.Path()}/ping")).Expect(202);

        var received = await Eventually.GetAsync(() => Task.FromResult(receiver.Received), received => received.Any(message => (string?)message.Event["type"] == "webhook.ping"), "the ping arrives");

        // The last was signed with both secrets.
        await verifier.PassAsync([.. received.Select(message => (message, (string)webhook["secret"]!)), (received[^1], (string)rotated["secret"]!)]);
    }
}
