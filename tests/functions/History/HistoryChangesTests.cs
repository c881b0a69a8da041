using System.Text.Json.Nodes;
using Crm.Access;
using Crm.Platform.Json;
using Crm.Tests.Fixtures;

namespace Crm.Tests.History;

/// <summary>GET history/changes: the changes of all records of the tenant.</summary>
[Collection(SharedApp.Name)]
public sealed class HistoryChangesTests(CrmApp app)
{
    [Fact]
    public async Task Changes_OfAPeriod_AreNewestFirstAndPageByPageTheSame()
    {
        var records = new List<JsonObject> { (await app.LiveAndDieAsync())[0], (await app.LiveAndDieAsync())[0] };
        var (from, to) = await DeliveredAsync(records);

        var whole = await ListAsync($"from={from}&to={to}&maxpagesize=200");
        var times = whole.Select(entry => entry["occurredAt"].Time()).ToList();

        Assert.Equal(times.OrderDescending(), times);
        Assert.Equal(6, whole.Count(entry => records.Any(record => record.Id() == (string?)entry["recordId"])));
        Assert.Equal(whole.Select(Name).Order(StringComparer.Ordinal), (await ListAsync($"from={from}&to={to}&maxpagesize=2")).Select(Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Changes_Filtered_AreThoseAlone()
    {
        var record = (await app.LiveAndDieAsync())[0];
        var (from, to) = await DeliveredAsync([record]);

        var deleted = await ListAsync($"entity=widgets&action=delete&actor={FirstTenant.AdminId}&from={from}&to={to}");

        Assert.Contains(deleted, entry => (string?)entry["recordId"] == record.Id());
        Assert.All(deleted, entry => Assert.Equal(("widgets", "delete", FirstTenant.AdminId), ((string?)entry["entity"], (string?)entry["action"], (string?)entry["actor"]!["id"])));
        Assert.Empty(await ListAsync($"actor=nobody&from={from}"));
        Assert.Empty(await ListAsync($"entity=pipelines&action=explode&from={from}"));
        Assert.Empty(await ListAsync("to=2001-01-01T00:00:00Z"));
    }

    [Fact]
    public async Task Changes_OfAnotherTenant_AreNotShown()
    {
        var record = (await app.LiveAndDieAsync())[0];
        var (from, to) = await DeliveredAsync([record]);
        await app.DeliverAsync((await app.ChangesAsync(record)).Select(change =>
        {
            var foreign = Feeding.Foreign(change);
            foreign["recordId"] = "of-another-tenant";
            return foreign;
        }));

        var shown = await ListAsync($"from={from}&to={to}&maxpagesize=200");

        Assert.DoesNotContain(shown, entry => (string?)entry["recordId"] == "of-another-tenant");
        (await app.SendAsync("GET", "/api/v1/widgets/of-another-tenant/history")).Expect(404);
        (await app.SendAsync("GET", $"/api/v1/widgets/of-another-tenant?asOf={to}")).Expect(404);
        (await app.SendAsync("POST", "/api/v1/widgets/of-another-tenant/restore")).Expect(404);
    }

    [Theory]
    [InlineData("entity=nothing", "unknown-collection")]
    [InlineData("entity=' OR 1=1", "unknown-collection")]
    [InlineData("from=now", "invalid-time")]
    [InlineData("to=2026-01-01", "invalid-time")]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "out-of-range")]
    [InlineData("maxpagesize=1000000000000000000000000000000", "out-of-range")]
    [InlineData("actor=a&actor=b", "repeated-parameter")]
    [InlineData("cursor=AAAA", "invalid-cursor")]
    [InlineData("tenantId=another", "unknown-parameter")]
    public async Task Changes_WithParametersThatAreNone_AreRefused(string query, string code) =>
        (await app.SendAsync("GET", "/history/changes?" + query)).Expect(400, code);

    [Fact]
    public async Task Changes_WithTheCursorOfAnotherFilter_AreRefused()
    {
        await DeliveredAsync([(await app.LiveAndDieAsync())[0]]);
        var next = (await app.SendAsync("GET", "/history/changes?maxpagesize=1&entity=widgets")).Expect(200).Json["nextLink"]!.GetValue<string>();

        (await app.SendAsync("GET", next.Replace("entity=widgets", "entity=accounts", StringComparison.Ordinal))).Expect(400, "invalid-cursor");
        (await app.SendAsync("GET", next)).Expect(200);
    }

    private static string Name(JsonObject entry) => $"{entry["entity"]}/{entry["recordId"]}/{entry["version"]}";

    /// <summary>The period of the records' changes, all of which history has.</summary>
    private async Task<(string From, string To)> DeliveredAsync(IEnumerable<JsonObject> records)
    {
        var changes = new List<JsonObject>();
        foreach (var record in records)
            changes.AddRange(await app.ChangesAsync(record));

        await app.DeliverAsync(changes);
        var times = changes.Select(change => change["occurredAt"].Time()).ToList();
        return (UtcTimeConverter.Format(times.Min()), UtcTimeConverter.Format(times.Max()));
    }

    private async Task<IReadOnlyList<JsonObject>> ListAsync(string query)
    {
        var entries = new List<JsonObject>();
        for (var next = "/history/changes?" + query; next is not null;)
        {
            var page = (await app.SendAsync("GET", next)).Expect(200);
            entries.AddRange(page.Json["value"]!.AsArray().Select(entry => (JsonObject)entry!.DeepClone()));
            next = (string?)page.Json["nextLink"];
        }

        return entries;
    }
}
