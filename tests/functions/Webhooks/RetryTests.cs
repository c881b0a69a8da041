using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Webhooks;

/// <summary>Days of failure, in moments: the clock is the test's, and so is each attempt.</summary>
public sealed class RetryTests(SlowMotionApp app) : IClassFixture<SlowMotionApp>
{
    /// <summary>The whole plan: how long each failure puts the next attempt off.</summary>
    private static readonly TimeSpan[] Plan =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14),
        TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    [Fact]
    public async Task Failures_ArePlannedForDays_ThenTheDeliveryHasFailed()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(500);
        var webhook = await app.WebhookAsync(receiver, "widget.created");
        await app.CreateAsync("widgets");

        var (message, _) = await app.AttemptAsync(webhook, 1);
        foreach (var (step, wait) in Plan.Index())
        {
            var now = app.Clock.GetUtcNow();
            await app.DeliverAsync(message);
            (message, var due) = await app.AttemptAsync(webhook, step + 2);
            Assert.InRange(due - now, wait * 0.9, (wait * 1.1) + TimeSpan.FromSeconds(30));
            await app.AdvanceAsync(wait);
        }

        await app.DeliverAsync(message);

        var delivery = Assert.Single(await app.DeliveriesAsync(webhook));
        Assert.Equal(("failed", 10), ((string?)delivery["state"], (int?)delivery["tries"]));
        Assert.Equal(10, receiver.Received.Count);
        Assert.Single(receiver.Received.Select(sent => sent.Id).Distinct());
        Assert.Equal("active", (string?)(await app.ReadAsync(webhook)).Expect(200).Json["status"]);
    }

    [Fact]
    public async Task FiveDaysOfFailure_DisableTheWebhookAndTellItsOwner()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(503);
        var webhook = await app.WebhookAsync(receiver, "widget.created");
        await PingAsync(webhook);
        await app.AdvanceAsync(TimeSpan.FromDays(5));
        await PingAsync(webhook);

        var disabled = (await app.ReadAsync(webhook)).Expect(200).Json;
        Assert.Equal(("disabled", "failing"), ((string?)disabled["status"], (string?)disabled["disabledReason"]));
        await ExpectToldAsync(webhook, "failed for five days");
        (await app.SendAsync("POST", $"{webhook.Path()}/ping")).Expect(409, "conflict");
    }

    [Fact]
    public async Task SuccessInBetween_StartsTheFiveDaysAgain()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.created");
        foreach (var status in new[] { 500, 200, 500 })
        {
            receiver.Answer = Receiver.Status(status);
            await PingAsync(webhook);
            await app.AdvanceAsync(TimeSpan.FromDays(4));
        }

        Assert.Equal("active", (string?)(await app.ReadAsync(webhook)).Expect(200).Json["status"]);
    }

    [Fact]
    public async Task Webhook_SwitchedOnAgain_HasFiveDaysAgain()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(410);
        var webhook = await app.WebhookAsync(receiver, "widget.created");
        await PingAsync(webhook);
        var disabled = (await app.ReadAsync(webhook)).Expect(200).Json;
        Assert.Equal(("disabled", "gone"), ((string?)disabled["status"], (string?)disabled["disabledReason"]));
        await ExpectToldAsync(webhook, "410");

        receiver.Answer = Receiver.Status(500);
        var active = (await app.PatchAsync(disabled, new JsonObject { ["status"] = "active" })).Expect(200).Json;
        Assert.Null(active["disabledReason"]);
        await PingAsync(webhook);

        Assert.Equal("active", (string?)(await app.ReadAsync(webhook)).Expect(200).Json["status"]);
    }

    [Theory]
    [InlineData("600", 600)]
    [InlineData("1", 5)]
    [InlineData("99999999", 86_400)]
    [InlineData("soon", 5)]
    public async Task TooManyRequests_IsAskedAgainWhenItSays(string retryAfter, int seconds)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(429, ("Retry-After", retryAfter));
        var webhook = await app.WebhookAsync(receiver, "widget.created");

        var now = app.Clock.GetUtcNow();
        await PingAsync(webhook);

        var due = (await app.AttemptAsync(webhook, 2)).Due - now;
        Assert.InRange(due.TotalSeconds, seconds * 0.9, (seconds * 1.1) + 30);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        await using var elsewhere = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(307, ("Location", elsewhere.Url));
        var webhook = await app.WebhookAsync(receiver, "widget.created");

        await PingAsync(webhook);

        Assert.Empty(elsewhere.Received);
        Assert.Equal([307], Assert.Single(await app.DeliveriesAsync(webhook))["attempts"]!.AsArray().Select(attempt => (int?)attempt!["status"]));
    }

    [Fact]
    public async Task SlowReceiver_IsGivenUp()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var webhook = await app.WebhookAsync(receiver, "widget.created");

        await PingAsync(webhook);

        var attempt = Assert.Single(await app.DeliveriesAsync(webhook))["attempts"]![0]!;
        Assert.Null(attempt["status"]);
        Assert.Contains("no answer within 1 s", (string?)attempt["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeadReceiver_ThatComesBack_GetsTheEvent()
    {
        var dead = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(dead, "widget.created");
        await dead.DisposeAsync();
        await PingAsync(webhook);
        var (next, _) = await app.AttemptAsync(webhook, 2);

        await using var receiver = await Receiver.StartAsync();
        (await app.PatchAsync(webhook, new JsonObject { ["url"] = receiver.Url })).Expect(200);
        await app.DeliverAsync(next);

        Assert.Equal(next.EventId, Assert.Single(receiver.Received).Id);
    }

    /// <summary>As a queue delivers: again after a crash, and after the attempt has been made.</summary>
    [Fact]
    public async Task Message_DeliveredAgain_IsNoSecondAttempt()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(500);
        var webhook = await app.WebhookAsync(receiver, "widget.created");
        await app.CreateAsync("widgets");
        var (message, _) = await app.AttemptAsync(webhook, 1);

        await app.DeliverAsync(message);
        await app.DeliverAsync(message);
        receiver.Answer = Receiver.Status(200);
        var (next, _) = await app.AttemptAsync(webhook, 2);
        await app.DeliverAsync(next);
        await app.DeliverAsync(next);

        Assert.Equal(2, receiver.Received.Count);
        Assert.Equal(2, (await app.MessagesAsync(webhook)).Count);
    }

    [Fact]
    public async Task Webhook_PausedMeanwhile_IsSentNothing()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.created");
        await app.CreateAsync("widgets");
        var (message, _) = await app.AttemptAsync(webhook, 1);
        (await app.PatchAsync(webhook, new JsonObject { ["status"] = "paused" })).Expect(200);

        await app.DeliverAsync(message);

        Assert.Empty(receiver.Received);
        Assert.Equal("failed", (string?)Assert.Single(await app.DeliveriesAsync(webhook))["state"]);
    }

    [Fact]
    public async Task Event_TooLargeForABody_GoesWithoutItsRecord()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.created");
        await app.CreateAsync("widgets", ("description", new string('x', 30_000)));

        await app.DeliverAsync((await app.AttemptAsync(webhook, 1)).Message);

        var data = Assert.Single(receiver.Received).Event["data"]!;
        Assert.True((bool?)data["thin"]);
        Assert.Null(data["record"]);
        Assert.Contains("description", data["changed"]!.AsArray().Select(field => (string?)field));
    }

    [Fact]
    public async Task Deliveries_AreListedPageByPage()
    {
        await using var receiver = await Receiver.StartAsync();
        var webhook = await app.WebhookAsync(receiver, "widget.created");
        for (var number = 0; number < 5; number++)
            await PingAsync(webhook);

        var (next, ids) = ($"{webhook.Path()}/deliveries?maxpagesize=2", new List<string>());
        while (next is not null)
        {
            var page = (await app.SendAsync("GET", next)).Expect(200).Json;
            ids.AddRange(page["value"]!.AsArray().Select(delivery => delivery!.Id()));
            next = (string?)page["nextLink"];
        }

        Assert.Equal(5, ids.Distinct().Count());
        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), ids);
    }

    private async Task PingAsync(JsonNode webhook)
    {
        var ping = (await app.SendAsync("POST", $"{webhook.Path()}/ping")).Expect(202).Json;
        var messages = await app.MessagesAsync(webhook);
        await app.DeliverAsync(messages.Single(sent => sent.Message.DeliveryId == ping.Id() && sent.Message.Attempt == 1).Message);
    }

    private async Task ExpectToldAsync(JsonNode webhook, string why)
    {
        var tasks = (await app.SendAsync("GET", $"/api/v1/activities?filter=ownerId eq '{webhook["ownerId"]}'")).Expect(200).Json["value"]!.AsArray();
        Assert.Contains(tasks, task => ((string?)task!["subject"])!.StartsWith("The webhook", StringComparison.Ordinal) && ((string?)task["description"])!.Contains(why, StringComparison.Ordinal));
    }
}
