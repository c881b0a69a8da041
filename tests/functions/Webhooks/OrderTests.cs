using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Crm.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Webhooks;

/// <summary>The events of one record come in the order of versions, whatever happens to the first.</summary>
public sealed class OrderTests(SlowMotionApp app) : IClassFixture<SlowMotionApp>
{
    [Fact]
    public async Task LaterEvents_WaitForTheOneThatIsRetried()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(500);
        var webhook = await app.WebhookAsync(receiver, "widget.*");
        var record = await app.CreateAsync("widgets");
        var (first, _) = await app.AttemptAsync(webhook, 1);
        await app.DeliverAsync(first);
        var (again, _) = await app.AttemptAsync(webhook, 2);

        record = (await app.PatchAsync(record, new JsonObject { ["colour"] = "red" })).Expect(200).Json;
        (await app.DeleteAsync(record)).Expect(204);
        await WaitingAsync(webhook, record, 3);
        Assert.Equal(2, (await app.MessagesAsync(webhook)).Count);

        receiver.Answer = Receiver.Status(204);
        await app.DeliverAsync(again);
        await DeliverAllAsync(webhook);

        Assert.Equal(["00000001", "00000001", "00000002", "00000003"], receiver.Received.Select(sent => (string?)sent.Event["sequence"]));
        Assert.All(await app.DeliveriesAsync(webhook), delivery => Assert.Equal("succeeded", (string?)delivery["state"]));
    }

    [Fact]
    public async Task LaterEvents_GoOnWhenTheEarlierHasFailed()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(500);
        var webhook = await app.WebhookAsync(receiver, "widget.*");
        var record = await app.CreateAsync("widgets");
        record = (await app.PatchAsync(record, new JsonObject { ["colour"] = "red" })).Expect(200).Json;
        await WaitingAsync(webhook, record, 2);

        for (var attempt = 1; attempt <= 10; attempt++)
            await app.DeliverAsync((await app.AttemptAsync(webhook, attempt)).Message);
        receiver.Answer = Receiver.Status(204);
        await DeliverAllAsync(webhook);

        Assert.Equal([("00000002", "succeeded", 1), ("00000001", "failed", 10)], (await app.DeliveriesAsync(webhook)).Select(delivery =>
            (((int)delivery["version"]!).ToString("D8", System.Globalization.CultureInfo.InvariantCulture), (string)delivery["state"]!, (int)delivery["tries"]!)));
    }

    [Fact]
    public async Task EventsOfOtherRecords_DoNotWait()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(500);
        var webhook = await app.WebhookAsync(receiver, "widget.*");
        await app.CreateAsync("widgets");
        await app.DeliverAsync((await app.AttemptAsync(webhook, 1)).Message);
        receiver.Answer = Receiver.Status(204);

        var other = await app.CreateAsync("widgets");
        await Eventually.GetAsync(() => app.MessagesAsync(webhook), messages => messages.Any(message => message.Message.RecordId == other.Id()), "the other's event is queued");
        await DeliverAllAsync(webhook);

        Assert.Contains(receiver.Received, sent => (string?)sent.Event["subject"] == $"widgets/{other.Id()}");
    }

    /// <summary>As when the process died at it: nobody knows whether it still runs somewhere.</summary>
    [Fact]
    public async Task Attempt_ThatIsUnderWayElsewhere_IsLeftAloneUntilItHasEnded()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.*");
        await app.CreateAsync("widgets");
        var (message, _) = await app.AttemptAsync(webhook, 1);
        await using (var scope = app.Services.CreateAsyncScope())
            Assert.True((await scope.ServiceProvider.GetRequiredService<WaitingLines>().TakeAsync(message, TimeSpan.FromSeconds(20), CancellationToken.None)).Mine);

        await app.DeliverAsync(message);
        Assert.Empty(receiver.Received);
        var (later, due) = (await app.MessagesAsync(webhook)).Single(queued => queued.Message.Faults == 1);
        Assert.InRange(due - app.Clock.GetUtcNow(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        await app.AdvanceAsync(TimeSpan.FromSeconds(20));
        await app.DeliverAsync(later);

        Assert.Single(receiver.Received);
    }

    [Fact]
    public async Task DeadMessage_FailsItsDelivery_AndTheNextGoesOn()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.*");
        var record = await app.CreateAsync("widgets");
        record = (await app.PatchAsync(record, new JsonObject { ["colour"] = "red" })).Expect(200).Json;
        await WaitingAsync(webhook, record, 2);

        var (message, _) = await app.AttemptAsync(webhook, 1);
        await app.BuryAsync(message);
        var failed = await Eventually.GetAsync(() => app.DeliveriesAsync(webhook), found => found.Count == 1, "the dead letter is taken up");
        await Eventually.GetAsync(() => app.MessagesAsync(webhook), messages => messages.Any(queued => queued.Message.Version == 2), "the next is queued");
        await DeliverAllAsync(webhook, but: message);

        Assert.Equal(("failed", "given up: TooMuch: for the test"), ((string?)failed[0]["state"], (string?)failed[0]["detail"]));
        Assert.Equal("00000002", (string?)Assert.Single(receiver.Received).Event["sequence"]);
        (await app.SendAsync("POST", $"/api/v1/webhook-deliveries/{failed[0].Id()}/replay")).Expect(202);
    }

    [Fact]
    public async Task ChangeThatCannotBeReadYet_IsAskedForAgain()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.*");
        await app.CreateAsync("widgets");
        var (message, _) = await app.AttemptAsync(webhook, 1);
        var early = message with { Version = 2, EventId = "evt_early", DeliveryId = $"{webhook.Id()}.early" };

        await app.DeliverAsync(early);
        var (again, due) = (await app.MessagesAsync(webhook)).Single(queued => queued.Message.EventId == early.EventId);
        await app.DeliverAsync(early with { Faults = 1000 });

        Assert.Equal((1, 1), (again.Attempt, again.Faults));
        Assert.InRange(due - app.Clock.GetUtcNow(), TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Equal(("failed", "the change could not be read"), (await app.DeliveriesAsync(webhook)).Select(delivery => ((string?)delivery["state"], (string?)delivery["detail"])).Single());
    }

    [Fact]
    public async Task LineWithoutRoom_RefusesTheLatest()
    {
        await using var scope = app.Services.CreateAsyncScope();
        var lines = scope.ServiceProvider.GetRequiredService<WaitingLines>();
        var events = Enumerable.Range(1, WaitingLines.Most + 2)
            .Select(version => new RecordEvent($"evt_{version}", "default", "widget.updated", "widgets", "full", version, 0, app.Clock.GetUtcNow(), null)).ToList();
        await lines.JoinAsync("full", events[0].Key, events[..10], CancellationToken.None);

        var (first, refused) = await lines.JoinAsync("full", events[0].Key, events[10..], CancellationToken.None);

        Assert.Null(first);
        Assert.Equal(events[^2..], refused);
    }

    /// <summary>So many events of a record are in the line at the webhook, whether or not they have messages.</summary>
    private Task<int> WaitingAsync(JsonNode webhook, JsonNode record, int events) => Eventually.GetAsync(() => app.LineAsync(webhook, record), line => line == events, $"{events} events are in the line");

    /// <summary>As the queue would, until nothing is left that was not delivered.</summary>
    private async Task DeliverAllAsync(JsonNode webhook, DeliveryMessage? but = null)
    {
        for (var done = new HashSet<DeliveryMessage>(but is null ? [] : [but]); (await app.MessagesAsync(webhook)).Select(queued => queued.Message).FirstOrDefault(done.Add) is { } message;)
            await app.DeliverAsync(message);
    }
}
