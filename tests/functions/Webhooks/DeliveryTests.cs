using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Webhooks;

/// <summary>Events as a receiver gets them, over HTTP.</summary>
public sealed class DeliveryTests(WebhookApp app) : IClassFixture<WebhookApp>
{
    [Fact]
    public async Task Events_OfARecord_ArriveSignedAndWhole()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.*");

        var created = await app.CreateAsync("widgets", ("colour", "red"));
        var patched = (await app.PatchAsync(created, new JsonObject { ["colour"] = "blue" })).Expect(200).Json;
        (await app.DeleteAsync(patched)).Expect(204);

        var received = await ReceivedAsync(receiver, 3);
        Assert.All(received, message => ExpectSigned(message, (string)webhook["secret"]!));
        var events = received.Select(message => message.Event).OrderBy(sent => (string)sent["sequence"]!, StringComparer.Ordinal).ToList();
        Assert.Equal(["widget.created", "widget.updated", "widget.deleted"], events.Select(sent => (string?)sent["type"]));
        Assert.Equal(["00000001", "00000002", "00000003"], events.Select(sent => (string?)sent["sequence"]));
        Assert.All(events, sent =>
        {
            Assert.Equal(("1.0", "/tenants/default", $"widgets/{created.Id()}"), ((string?)sent["specversion"], (string?)sent["source"], (string?)sent["subject"]));
        });
        Expectations.ExpectSame(created, events[0]["data"]!["record"], "the record as it was created");
        Expectations.ExpectSame(patched, events[1]["data"]!["record"], "the record as it was changed");
        Expectations.ExpectSame(new JsonObject { ["colour"] = "red" }, events[1]["data"]!["previous"], "what was there before");
        Assert.Equal(["colour"], events[1]["data"]!["changed"]!.AsArray().Select(field => (string?)field));
        Assert.Null(events[2]["data"]!["record"]);
        Assert.Equal(3, received.Select(message => message.Id).Distinct().Count());
    }

    [Fact]
    public async Task Event_OfAnotherType_IsNotSent()
    {
        await using var receiver = await Receiver.StartAsync();
        await app.WebhookAsync(receiver, "widget.deleted");

        var widget = await app.CreateAsync("widgets");
        (await app.DeleteAsync(widget)).Expect(204);

        Assert.Equal("widget.deleted", (string?)Assert.Single(await ReceivedAsync(receiver, 1)).Event["type"]);
    }

    [Fact]
    public async Task Event_ThatTheReceiverFailedAt_ComesAgainUnderItsId()
    {
        await using var receiver = await Receiver.StartAsync();
        var failed = 0;
        receiver.Answer = context => Receiver.Status(Interlocked.Exchange(ref failed, 1) == 0 ? 500 : 200)(context);
        var webhook = await app.WebhookAsync(receiver, "widget.created");

        await app.CreateAsync("widgets");

        var received = await ReceivedAsync(receiver, 2);
        Assert.Equal(received[0].Id, received[1].Id);
        Assert.Equal(received[0].Body, received[1].Body);
        var delivery = (await Eventually.GetAsync(() => app.DeliveriesAsync(webhook), found => found is [var only] && (string?)only["state"] == "succeeded", "the delivery succeeds"))[0];
        Assert.Equal([500, 200], delivery["attempts"]!.AsArray().Select(attempt => (int?)attempt!["status"]));
    }

    /// <summary>Each of its answers takes longer than the app waits for one.</summary>
    [Fact]
    public async Task SlowReceiver_KeepsItsOwnEventsWaitingAlone()
    {
        await using var slow = await Receiver.StartAsync();
        await using var quick = await Receiver.StartAsync();
        using var end = new CancellationTokenSource();
        slow.Answer = context => Task.Delay(Timeout.Infinite, CancellationTokenSource.CreateLinkedTokenSource(end.Token, context.RequestAborted).Token);
        await app.WebhookAsync(slow, "widget.created");
        await app.WebhookAsync(quick, "widget.created");

        for (var number = 0; number < 30; number++)
            (await app.PostAsync("widgets", new JsonObject { ["name"] = CrmApp.Unique("one of many") })).Expect(201);

        Assert.Equal(30, (await ReceivedAsync(quick, 30)).Select(message => message.Id).Distinct().Count());
        await end.CancelAsync();
    }

    [Fact]
    public async Task HiddenField_AndRecordsOfOthers_NeverReachTheReceiver()
    {
        await using var receiver = await Receiver.StartAsync();
        var role = await app.NewRoleAsync(
            [new JsonObject { ["entity"] = "widgets", ["create"] = true, ["read"] = "own", ["update"] = "own" }, new JsonObject { ["entity"] = "webhooks", ["create"] = true, ["read"] = "all" }],
            [new JsonObject { ["entity"] = "widgets", ["field"] = "colour", ["read"] = false, ["write"] = false }],
            "manageWebhooks");
        var (user, client) = await app.NewUserAsync(role);
        (await client.SendAsync("POST", "/api/v1/webhooks", new JsonObject { ["url"] = receiver.Url, ["types"] = new JsonArray("*") })).Expect(201);

        await app.CreateAsync("widgets", ("colour", "secret"), ("description", "of somebody else"));
        var mine = await app.CreateAsync("widgets", ("colour", "secret"), ("ownerId", user["id"]!.DeepClone()));
        await app.PatchAsync(mine, new JsonObject { ["colour"] = "secret too", ["weight"] = 3 });

        var received = await ReceivedAsync(receiver, 2);
        Assert.All(received, message =>
        {
            Assert.Equal($"widgets/{mine.Id()}", (string?)message.Event["subject"]);
            Assert.DoesNotContain("secret", message.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("colour", message.Body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Events_OfAnotherTenant_AreNotSent()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var theirs = await Receiver.StartAsync();
        await app.WebhookAsync(receiver, "widget.*");
        var (tenant, client) = await app.NewTenantAsync();
        var body = new JsonObject { ["url"] = theirs.Url, ["types"] = new JsonArray("widget.*") };
        var webhook = (await client.SendAsync("POST", "/api/v1/webhooks", body)).Expect(201).Json;

        (await client.SendAsync("POST", "/api/v1/widgets", new JsonObject { ["name"] = "theirs" })).Expect(201);
        var ours = await app.CreateAsync("widgets");

        Assert.Equal($"/tenants/{tenant}", (string?)Assert.Single(await ReceivedAsync(theirs, 1)).Event["source"]);
        Assert.Equal($"widgets/{ours.Id()}", (string?)Assert.Single(await ReceivedAsync(receiver, 1)).Event["subject"]);
        (await app.SendAsync("POST", $"{webhook.Path()}/ping")).Expect(404);
        (await app.SendAsync("GET", $"{webhook.Path()}/deliveries")).Expect(404);
    }

    [Fact]
    public async Task Ping_IsDeliveredAndListed()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.restored");

        var ping = (await app.SendAsync("POST", $"{webhook.Path()}/ping")).Expect(202).Json;

        var received = Assert.Single(await ReceivedAsync(receiver, 1));
        Assert.Equal(("webhook.ping", (string?)ping["eventId"]), ((string?)received.Event["type"], received.Id));
        ExpectSigned(received, (string)webhook["secret"]!);
        await Eventually.GetAsync(() => app.DeliveriesAsync(webhook), found => found is [var only] && (string?)only["state"] == "succeeded", "the ping is listed");
    }

    [Fact]
    public async Task Replay_SendsTheSameEventAgain()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.created");
        await app.CreateAsync("widgets");
        var delivery = (await Eventually.GetAsync(() => app.DeliveriesAsync(webhook), found => found is [var only] && (string?)only["state"] == "succeeded", "it is delivered"))[0];

        (await app.SendAsync("POST", $"/api/v1/webhook-deliveries/{delivery.Id()}/replay")).Expect(202);

        var received = await ReceivedAsync(receiver, 2);
        Assert.Equal(received[0].Id, received[1].Id);
    }

    [Fact]
    public async Task Secret_Rotated_SignsBesideTheOldOne()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.restored");

        var rotated = (await app.SendAsync("POST", $"{webhook.Path()}/rotate-secret")).Expect(200).Json;
        (await app.SendAsync("POST", $"{webhook.Path()}/ping")).Expect(202);

        var received = Assert.Single(await ReceivedAsync(receiver, 1));
        Assert.NotEqual((string?)webhook["secret"], (string?)rotated["secret"]);
        ExpectSigned(received, (string)webhook["secret"]!);
        ExpectSigned(received, (string)rotated["secret"]!);
        Assert.Null((await app.ReadAsync(webhook)).Expect(200).Json["secret"]);
    }

    /// <summary>As many as come, and no more while the app has nothing left to send.</summary>
    private static Task<IReadOnlyList<Received>> ReceivedAsync(Receiver receiver, int count) =>
        Eventually.GetAsync(() => Task.FromResult(receiver.Received), received => received.Count >= count, $"{count} events arrive");

    /// <summary>Worked out from the specification alone: any of the signatures, over the bytes as they came.</summary>
    private static void ExpectSigned(Received message, string secret)
    {
        var signed = $"{message.Headers["webhook-id"]}.{message.Headers["webhook-timestamp"]}.{message.Body}";
        var expected = HMACSHA256.HashData(Convert.FromBase64String(secret.Replace("whsec_", "", StringComparison.Ordinal)), Encoding.UTF8.GetBytes(signed));
        Assert.Contains($"v1,{Convert.ToBase64String(expected)}", message.Headers["webhook-signature"].Split(' '));
        var sent = DateTimeOffset.FromUnixTimeSeconds(long.Parse(message.Headers["webhook-timestamp"], CultureInfo.InvariantCulture));
        Assert.InRange(TimeProvider.System.GetUtcNow() - sent, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(5));
        Assert.Equal("application/cloudevents+json", message.Headers["content-type"]);
    }
}
