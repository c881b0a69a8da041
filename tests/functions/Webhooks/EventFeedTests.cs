using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Webhooks;

/// <summary>The events of a tenant, for those who ask.</summary>
public sealed class EventFeedTests(WebhookApp app) : IClassFixture<WebhookApp>
{
    [Fact]
    public async Task Feed_HasEveryEventOnce_OfEachRecordInOrder()
    {
        await using var receiver = await Receiver.StartAsync();
        await app.WebhookAsync(receiver, "widget.*");
        var records = new List<JsonNode>();
        for (var number = 0; number < 4; number++)
            records.Add(await app.CreateAsync("widgets", ("colour", "red")));
        foreach (var colour in new[] { "blue", "green" })
        {
            for (var number = 0; number < records.Count; number++)
                records[number] = (await app.PatchAsync(records[number], new JsonObject { ["colour"] = colour })).Expect(200).Json;
        }

        (await app.DeleteAsync(records[0])).Expect(204);
        (await app.SendAsync("POST", $"{records[0].Path()}/restore")).Expect(200);

        var told = await Eventually.GetAsync(() => Task.FromResult(receiver.Received), received => received.Count >= 14, "14 events arrive");
        var found = await Eventually.GetAsync(() => WalkAsync("&types=widget.*"), found => Of(records, found.Events).Count >= 14, "14 events are in the feed");

        var events = Of(records, found.Events);
        Assert.Equal(14, events.Select(read => (string?)read["id"]).Distinct().Count());
        foreach (var message in told)
            Expectations.ExpectSame(message.Event, events.Single(read => (string?)read["id"] == message.Id), "the event as a webhook is sent it");
        Assert.All(records, record =>
        {
            var sequences = Of([record], events).Select(read => (string)read["sequence"]!).ToList();
            Assert.Equal(sequences.Order(StringComparer.Ordinal), sequences);
        });

        // From the end on there is what comes after, and nothing else.
        var rest = (await app.SendAsync("GET", $"/events?after={found.Position}&types=widget.*")).Expect(200).Json;
        Assert.Empty(rest["value"]!.AsArray());
        Assert.Null(rest["nextLink"]);
        var late = await app.CreateAsync("widgets");
        var next = await Eventually.GetAsync(
            async () => (await app.SendAsync("GET", $"/events?after={(string?)rest["position"]}&types=widget.created")).Expect(200).Json["value"]!.AsArray(), page => page.Count > 0, "the next event is in the feed");
        Assert.Equal($"widgets/{late.Id()}", (string?)Assert.Single(next)!["subject"]);
    }

    [Fact]
    public async Task Feed_IsCutToWhatTheCallerMayRead()
    {
        var role = await app.NewRoleAsync(
            [new JsonObject { ["entity"] = "widgets", ["create"] = true, ["read"] = "own" }],
            [new JsonObject { ["entity"] = "widgets", ["field"] = "colour", ["read"] = false, ["write"] = false }]);
        var (user, client) = await app.NewUserAsync(role);
        var theirs = await app.CreateAsync("widgets", ("colour", "secret"));
        var mine = await app.CreateAsync("widgets", ("colour", "secret"), ("ownerId", user["id"]!.DeepClone()));
        await Eventually.GetAsync(() => WalkAsync(""), found => Of([theirs, mine], found.Events).Count == 2, "both are in the feed");

        var (events, position) = await WalkAsync("", client);

        var only = Assert.Single(events);
        Assert.Equal($"widgets/{mine.Id()}", (string?)only["subject"]);
        Assert.DoesNotContain("secret", only.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("colour", only.ToJsonString(), StringComparison.Ordinal);

        // A position is the tenant's: somebody with other rights goes on from it.
        (await app.SendAsync("GET", $"/events?after={position}")).Expect(200);
    }

    [Theory]
    [InlineData("after=x", "after invalid-position")]
    [InlineData("after=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "after invalid-position")]
    [InlineData("types=widget", "types no-such-type")]
    [InlineData("types=widget.*,tenant.created", "types no-such-type")]
    [InlineData("maxpagesize=0", "maxpagesize out-of-range")]
    [InlineData("filter=x", "filter unknown-parameter")]
    public async Task Question_ThatMakesNoSense_Is400(string query, string error) =>
        (await app.SendAsync("GET", $"/events?{query}")).Expect(400).ExpectErrors(error);

    [Fact]
    public async Task Position_OfAnotherTenant_Is400()
    {
        var (_, client) = await app.NewTenantAsync();
        var (_, position) = await WalkAsync("", client);

        (await app.SendAsync("GET", $"/events?after={position}")).Expect(400).ExpectErrors("after invalid-position");
    }

    /// <summary>From the oldest event to the end, three by three.</summary>
    private async Task<(IReadOnlyList<JsonObject> Events, string Position)> WalkAsync(string more, HttpClient? client = null)
    {
        var (events, position) = (new List<JsonObject>(), "");
        for (var next = $"/events?maxpagesize=3{more}"; next is not null;)
        {
            var page = (await (client ?? app.Client).SendAsync("GET", next)).Expect(200).Json;
            Assert.InRange(page["value"]!.AsArray().Count, 0, 3);
            events.AddRange(page["value"]!.AsArray().Select(read => (JsonObject)read!));
            (next, position) = ((string?)page["nextLink"], (string)page["position"]!);
        }

        return (events, position);
    }

    private static List<JsonObject> Of(IReadOnlyList<JsonNode> records, IEnumerable<JsonObject> events)
    {
        var subjects = records.Select(record => $"widgets/{record.Id()}").ToHashSet();
        return [.. events.Where(read => subjects.Contains((string)read["subject"]!))];
    }
}
