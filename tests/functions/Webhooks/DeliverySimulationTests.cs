using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;
using Crm.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Crm.Tests.Webhooks;

/// <summary>
/// Changes and messages brought in any order a broker may bring them, again, two at once, with the database refusing and the process dying between any two calls,
/// to a receiver that answers as it likes: each event arrives, under one id, in the order of versions, and nothing else does. Time is the test's.
/// </summary>
public sealed class DeliverySimulationTests(StepByStepApp app) : IClassFixture<StepByStepApp>
{
    private static readonly Fault[] Kinds = Enum.GetValues<Fault>();

    private long _last;

    [Fact]
    public Task Events_UnderAnyFaults_ArriveInOrder() => RunAsync(rounds: 2);

    [Fact, Trait("Category", "Long")]
    public Task Events_UnderManyFaults_ArriveInOrder() => RunAsync(rounds: 60);

    private async Task RunAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var seed = Random.Shared.Next();
            try
            {
                await RoundAsync(new Random(seed));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Failed with seed {seed}: {failure.Message}", failure);
            }
        }
    }

    private async Task RoundAsync(Random random)
    {
        await app.AdvanceAsync(TimeSpan.Zero);
        await using var receiver = await Receiver.StartAsync();
        var (chances, posts) = (random.GetItems(Enumerable.Range(0, 100).ToArray(), 1000), -1);
        receiver.Answer = context => AnswerAsync(context, chances[Interlocked.Increment(ref posts) % chances.Length]);
        var webhook = await app.WebhookAsync(receiver, "widget.*");
        var records = new List<JsonNode>();
        for (var number = 0; number < 2; number++)
            records.Add(await ChangedAsync(changes: random.Next(2, 6)));

        var feed = await Task.WhenAll(records.Select(app.ChangesAsync));
        var left = feed.Select(changes => new Queue<FeedChange>(changes)).ToList();
        var (done, start) = (new HashSet<long>(), _last + 1);
        while (true)
        {
            var queued = (await app.QueuedAsync(webhook, start)).Where(message => !done.Contains(message.Number)).ToList();
            _last = queued.Select(message => message.Number).Append(_last).Max();
            var feeding = left.Where(changes => changes.Count > 0).ToList();
            if (queued.Count == 0 && feeding.Count == 0)
                break;

            if (feeding.Count > 0 && (queued.Count == 0 || random.Next(3) == 0))
                await FeedAsync(feeding[random.Next(feeding.Count)], random);
            else
                await DeliverAsync(queued, done, random);
        }

        await app.AdvanceAsync(TimeSpan.Zero);
        var deliveries = await app.DeliveriesAsync(webhook);
        Assert.Equal(feed.Sum(changes => changes.Count), deliveries.Count);
        Assert.All(deliveries, delivery => Assert.Equal("succeeded", (string?)delivery["state"]));
        foreach (var record in records)
        {
            var received = receiver.Received.Where(message => (string?)message.Event["subject"] == $"widgets/{record.Id()}").ToList();
            var sequences = received.Select(message => (string)message.Event["sequence"]!).ToList();
            Assert.Equal(sequences.Order(StringComparer.Ordinal), sequences);
            Assert.Equal(Enumerable.Range(1, (int)record["version"]!).Select(version => version.ToString("D8", System.Globalization.CultureInfo.InvariantCulture)), sequences.Distinct());
            Assert.Equal(sequences.Distinct().Count(), received.Select(message => message.Id).Distinct().Count());
        }

        Assert.Equal(feed.Sum(changes => changes.Count), receiver.Received.Select(message => message.Id).Distinct().Count());
    }

    /// <summary>A part of what is left of the feed, until it has been taken; then perhaps once more.</summary>
    private async Task FeedAsync(Queue<FeedChange> left, Random random)
    {
        List<FeedChange> batch = [.. left.Take(random.Next(1, left.Count + 1))];
        while (!await app.Faults.SurvivesAsync(Plan(random), () => app.MatchAsync(batch)) || random.Next(4) == 0)
        {
        }

        foreach (var _ in batch)
            left.Dequeue();
    }

    /// <summary>A message that is due, now and then twice at once or another beside it. What the process dies of comes again.</summary>
    private async Task DeliverAsync(IReadOnlyList<(long Number, DeliveryMessage Message, DateTimeOffset Due)> queued, HashSet<long> done, Random random)
    {
        var now = app.Clock.GetUtcNow();
        var due = queued.Where(message => message.Due <= now).ToList();
        if (due.Count == 0)
        {
            app.Clock.Advance(queued.Min(message => message.Due) - now);
            return;
        }

        var chosen = random.GetItems(due.ToArray(), random.Next(3) == 0 ? 2 : 1);
        var survived = await Task.WhenAll(chosen.Select(message => (message.Number, Plan: Plan(random), message.Message)).ToList()
            .Select(async attempt => (attempt.Number, Survived: await app.Faults.SurvivesAsync(attempt.Plan, () => app.DeliverAsync(attempt.Message)))));
        foreach (var (number, _) in survived.Where(attempt => attempt.Survived))
            done.Add(number);
    }

    private static PlannedFault? Plan(Random random) => random.Next(3) == 0 ? new PlannedFault(random.Next(1, 16), Kinds[random.Next(Kinds.Length)]) : null;

    private async Task<JsonNode> ChangedAsync(int changes)
    {
        JsonNode record = await app.CreateAsync("widgets");
        for (var change = 1; change <= changes; change++)
            record = (await app.PatchAsync(record, new JsonObject { ["weight"] = change })).Expect(200).Json;
        return record;
    }

    private static Task AnswerAsync(HttpContext context, int chance)
    {
        switch (chance)
        {
            case < 10:
                return Receiver.Status(500)(context);
            case < 18:
                return Receiver.Status(429, ("Retry-After", "30"))(context);
            case < 24:
                return Receiver.Status(302, ("Location", "/elsewhere"))(context);
            case < 32:
                context.Abort();
                return Task.CompletedTask;
            case < 33:
                return Task.Delay(Timeout.Infinite, context.RequestAborted);
            default:
                return Receiver.Status(204)(context);
        }
    }
}
