using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Local.Functions.Startup;
using Crm.Local.Tests.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Tests.Functions;

public class CosmosTriggerTests
{
    private const int Poll = 20;

    [Fact]
    public async Task Change_ReachesEveryFunctionInTheFormItAskedFor()
    {
        await using var app = await FeedApp.StartAsync<Forms>();
        await app.AddAsync("a");
        var seen = await app.Notes.AtLeastAsync(5);
        Assert.Equal(["array a", "enumerable a", "element a", "record a T1", "text a"], seen.OrderBy(note => Array.FindIndex(["ar", "en", "el", "re", "te"], note.StartsWith)));
    }

    [Fact]
    public async Task Batch_WhoseFunctionFails_IsLoggedAndSkipped()
    {
        await using var app = await FeedApp.StartAsync<Failing>();
        await app.AddAsync("bad");
        await app.Notes.AtLeastAsync(1);
        await app.AddAsync("good");
        Assert.Equal(["bad 0/0", "good 0/0"], await app.Notes.AtLeastAsync(2));
        Assert.Contains("Function 'Failing'", Assert.Single(app.App.Logs.Errors), StringComparison.Ordinal);
        Assert.Contains(app.App.Logs.Entries, entry => entry.Text.Contains("skipped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Batch_WithARetryForEver_ComesAgainUntilItSucceeds()
    {
        await using var app = await FeedApp.StartAsync<Retrying>();
        await app.AddAsync("a");
        Assert.Equal(["a 0/-1", "a 1/-1", "a 2/-1", "a 3/-1"], await app.Notes.AtLeastAsync(4));
        await app.AddAsync("b");
        Assert.Equal("b 0/-1", (await app.Notes.AtLeastAsync(5))[4]);
        Assert.Equal(3, app.App.Logs.Errors.Count());
    }

    [Fact]
    public async Task Batch_WhoseRetriesAreUsedUp_IsSkipped()
    {
        await using var app = await FeedApp.StartAsync<GivingUp>();
        await app.AddAsync("bad");
        await app.Notes.AtLeastAsync(3);
        await app.AddAsync("good");
        Assert.Equal(["bad 0/2", "bad 1/2", "bad 2/2", "good 0/2"], await app.Notes.AtLeastAsync(4));
    }

    [Fact]
    public async Task Stop_WithABatchUnderWay_CancelsItAndItComesAgain()
    {
        var first = await FeedApp.StartAsync<Waiting>();
        await first.AddAsync("a");
        await first.Notes.AtLeastAsync(1);
        await first.App.StopAsync();
        Assert.Equal(["a", "cancelled"], first.Notes.All);

        await using var second = await FeedApp.StartAsync<Waiting>(new() { Folder = first.App.Folder });
        Assert.Equal(["a"], await second.Notes.AtLeastAsync(1));
    }

    [Fact]
    public async Task Restart_GoesOnAfterTheLastBatch()
    {
        var first = await FeedApp.StartAsync<FromBeginning>();
        await first.AddAsync("a", "b");
        await first.Notes.AtLeastAsync(2);
        await first.App.StopAsync();

        await using var second = await FeedApp.StartAsync<FromBeginning>(new() { Folder = first.App.Folder });
        await second.AddAsync("c");
        Assert.Equal(["c"], await second.Notes.AtLeastAsync(1));
    }

    [Fact]
    public async Task NewFunction_StartsWhereItsAttributeSays()
    {
        var first = await FeedApp.StartAsync<Failing>();
        await first.AddAsync("old", "older");
        await first.App.StopAsync();

        // The SDK takes the second before the present one for "from now".
        var written = TimeProvider.System.GetUtcNow();
        while (TimeProvider.System.GetUtcNow() - written < TimeSpan.FromSeconds(2))
            await Task.Delay(10);

        await using var second = await FeedApp.StartAsync(
            [typeof(FromNow), typeof(FromBeginning), typeof(FromTime)],
            new() { Folder = first.App.Folder, Arguments = ["--Feed:Since=2020-01-01T00:00:00Z", "--Feed:Container=items"] });
        await second.Notes.AtLeastAsync(4);
        await second.AddAsync("new");
        var seen = await second.Notes.AtLeastAsync(7);
        Assert.Equal(["new", "new now", "new since", "old", "old since", "older", "older since"], seen.Order());
    }

    [Fact]
    public async Task Batch_IsNoLargerThanItsAttributeSays()
    {
        await using var app = await FeedApp.StartAsync<Small>();
        await app.AddAsync("a", "b", "c", "d", "e");
        var sizes = (await app.Notes.AtLeastAsync(5)).Where(note => note.StartsWith("size", StringComparison.Ordinal));
        Assert.All(sizes, size => Assert.Contains(size, (string[])["size 1", "size 2"]));
    }

    [Fact]
    public async Task TextThatLooksLikeATime_ArrivesAsTheHostRewritesIt()
    {
        await using var app = await FeedApp.StartAsync<Forms>();
        await app.Items.CreateItemAsync(new Item("a", "T1") { name = "2024-05-06T07:08:09.100Z", tags = ["2024-05-06", "12.50"] }, new PartitionKey("T1"));
        await app.Notes.AtLeastAsync(5);
        var batch = JsonNode.Parse(app.Notes.LastBatch!)!;
        Assert.Equal("2024-05-06T07:08:09.1Z", (string?)batch[0]!["name"]);
        Assert.Equal("2024-05-06", (string?)batch[0]!["tags"]![0]);
    }

    [Fact]
    public async Task LeaseContainer_ThatIsMissing_IsNamed()
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => FeedApp.StartAsync<Failing>(leases: "elsewhere"));
        Assert.Contains("Function 'Failing'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("lease container 'leases' (in database 'crm') does not exist", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LeaseContainer_IsMadeWhenTheAttributeAsksForIt()
    {
        await using var app = await FeedApp.StartAsync<Creating>(leases: "elsewhere");
        await app.AddAsync("a");
        await app.Notes.AtLeastAsync(1);
        ContainerProperties made = await app.Database.GetContainer("own").ReadContainerAsync();
        Assert.Equal(-1, made.DefaultTimeToLive);
    }

    [Theory]
    [InlineData(typeof(FromTime), "'%Feed:Container%' does not resolve")]
    [InlineData(typeof(Unconnected), "connection setting 'Other' does not exist")]
    [InlineData(typeof(OnItsLeases), "cannot be the same")]
    [InlineData(typeof(AllVersions), "latest versions only")]
    [InlineData(typeof(BothStarts), "Only one of")]
    [InlineData(typeof(BadRetry), "FixedDelayRetryAttribute that is not valid")]
    public async Task Trigger_TheHostCannotStart_IsNamed(Type functions, string expected)
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => FeedApp.StartAsync([functions]));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Contains(functions.Name, refused.Message, StringComparison.Ordinal);
    }

    private static string Attempt(FunctionContext context) => $"{context.RetryContext.RetryCount}/{context.RetryContext.MaxRetryCount}";

    public sealed class Forms(Notes notes)
    {
        [Function("Array")]
        public void Array([CosmosDBTrigger("crm", "items", Connection = "Cosmos", LeaseContainerPrefix = "array", FeedPollDelay = Poll)] JsonObject[] changes) =>
            notes.Add(changes.Select(change => $"array {change["id"]}"));

        [Function("Enumerable")]
        public void Enumerable([CosmosDBTrigger("crm", "items", Connection = "Cosmos", LeaseContainerPrefix = "enumerable", FeedPollDelay = Poll)] IEnumerable<JsonNode> changes) =>
            notes.Add(changes.Select(change => $"enumerable {change["id"]}"));

        [Function("Element")]
        public void Element([CosmosDBTrigger("crm", "items", Connection = "Cosmos", LeaseContainerPrefix = "element", FeedPollDelay = Poll)] IReadOnlyList<JsonElement> changes) =>
            notes.Add(changes.Select(change => $"element {change.GetProperty("id")}"));

        [Function("Record")]
        public Task Record([CosmosDBTrigger("crm", "items", Connection = "Cosmos", LeaseContainerPrefix = "record", FeedPollDelay = Poll)] IReadOnlyList<Item> changes)
        {
            notes.Add(changes.Select(change => $"record {change.id} {change.tenantId}"));
            return Task.CompletedTask;
        }

        [Function("Text")]
        public void Text([CosmosDBTrigger("crm", "items", Connection = "Cosmos", LeaseContainerPrefix = "text", FeedPollDelay = Poll)] string changes)
        {
            notes.LastBatch = changes;
            notes.Add(JsonNode.Parse(changes)!.AsArray().Select(change => $"text {change!["id"]}"));
        }
    }

    public sealed class Failing(Notes notes)
    {
        [Function("Failing")]
        public void Run([CosmosDBTrigger("crm", "items", Connection = "Cosmos", FeedPollDelay = Poll)] Item[] changes, FunctionContext context)
        {
            notes.Add(changes.Select(change => $"{change.id} {Attempt(context)}"));
            if (changes.Any(change => change.id == "bad")) throw new InvalidOperationException("at fault");
        }
    }

    public sealed class Retrying(Notes notes)
    {
        [Function("Retrying")]
        [FixedDelayRetry(-1, "00:00:00.010")]
        public void Run([CosmosDBTrigger("crm", "items", Connection = "Cosmos", FeedPollDelay = Poll)] Item[] changes, FunctionContext context)
        {
            notes.Add(changes.Select(change => $"{change.id} {Attempt(context)}"));
            if (notes.All.Length < 4) throw new InvalidOperationException("not yet");
        }
    }

    public sealed class GivingUp(Notes notes)
    {
        [Function("GivingUp")]
        [ExponentialBackoffRetry(2, "00:00:00.005", "00:00:00.020")]
        public void Run([CosmosDBTrigger("crm", "items", Connection = "Cosmos", FeedPollDelay = Poll)] Item[] changes, FunctionContext context)
        {
            notes.Add(changes.Select(change => $"{change.id} {Attempt(context)}"));
            if (changes.Any(change => change.id == "bad")) throw new InvalidOperationException("at fault");
        }
    }

    public sealed class Waiting(Notes notes)
    {
        [Function("Waiting")]
        [FixedDelayRetry(-1, "00:00:01")]
        public async Task Run([CosmosDBTrigger("crm", "items", Connection = "Cosmos", FeedPollDelay = Poll)] Item[] changes, CancellationToken cancellation)
        {
            notes.Add(changes.Select(change => change.id));
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            }
            finally
            {
                notes.Add("cancelled");
            }
        }
    }

    public sealed class FromNow(Notes notes)
    {
        [Function("FromNow")]
        public void Run([CosmosDBTrigger("crm", "items", Connection = "Cosmos", LeaseContainerPrefix = "now", FeedPollDelay = Poll)] Item[] changes) =>
            notes.Add(changes.Select(change => $"{change.id} now"));
    }

    public sealed class FromBeginning(Notes notes)
    {
        [Function("FromBeginning")]
        public void Run([CosmosDBTrigger("crm", "items", Connection = "Cosmos", LeaseContainerPrefix = "beginning", FeedPollDelay = Poll, StartFromBeginning = true)] Item[] changes) =>
            notes.Add(changes.Select(change => change.id));
    }

    public sealed class FromTime(Notes notes)
    {
        [Function("FromTime")]
        public void Run(
            [CosmosDBTrigger("crm", "%Feed:Container%", Connection = "Cosmos", LeaseContainerPrefix = "time", FeedPollDelay = Poll, StartFromTime = "%Feed:Since%")] Item[] changes) =>
            notes.Add(changes.Select(change => $"{change.id} since"));
    }

    public sealed class Small(Notes notes)
    {
        [Function("Small")]
        public void Run([CosmosDBTrigger("crm", "items", Connection = "Cosmos", FeedPollDelay = Poll, MaxItemsPerInvocation = 2)] Item[] changes) =>
            notes.Add([.. changes.Select(change => change.id), $"size {changes.Length}"]);
    }

    public sealed class Creating(Notes notes)
    {
        [Function("Creating")]
        public void Run(
            [CosmosDBTrigger("crm", "items", Connection = "Cosmos", FeedPollDelay = Poll, LeaseContainerName = "own", CreateLeaseContainerIfNotExists = true)] Item[] changes) =>
            notes.Add(changes.Select(change => change.id));
    }

    public sealed class Unconnected
    {
        [Function("Unconnected")]
        public void Run([CosmosDBTrigger("crm", "items", Connection = "Other")] string changes)
        {
        }
    }

    public sealed class OnItsLeases
    {
        [Function("OnItsLeases")]
        public void Run([CosmosDBTrigger("crm", "leases", Connection = "Cosmos")] string changes)
        {
        }
    }

    public sealed class AllVersions
    {
        [Function("AllVersions")]
        public void Run([CosmosDBTrigger("crm", "items", Connection = "Cosmos", ChangeFeedMode = CosmosDBChangeFeedMode.AllVersionsAndDeletes)] string changes)
        {
        }
    }

    public sealed class BothStarts
    {
        [Function("BothStarts")]
        public void Run([CosmosDBTrigger("crm", "items", Connection = "Cosmos", StartFromBeginning = true, StartFromTime = "2020-01-01T00:00:00Z")] string changes)
        {
        }
    }

    public sealed class BadRetry
    {
        [Function("BadRetry")]
        [FixedDelayRetry(-1, "soon")]
        public void Run([CosmosDBTrigger("crm", "items", Connection = "Cosmos")] string changes)
        {
        }
    }
}
