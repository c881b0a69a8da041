using System.Text.Json.Nodes;
using Crm.Access;
using Crm.Tests.Fixtures;

namespace Crm.Tests.History;

/// <summary>GET {record}/history: every change of one record.</summary>
[Collection(SharedApp.Name)]
public sealed class RecordHistoryTests(CrmApp app)
{
    [Fact]
    public async Task History_OfADeletedRecord_HasEveryChangeNewestFirst()
    {
        var record = (await app.LiveAndDieAsync())[0];

        var entries = await HistoryAsync(record);

        Assert.Equal(["delete", "update", "create"], entries.Select(entry => (string?)entry["action"]));
        Assert.Equal([3, 2, 1], entries.Select(entry => entry["version"]!.GetValue<int>()));
        Assert.Equal([.. entries.Skip(1).Select(entry => (string?)entry["hash"]), ""], entries.Select(entry => (string?)entry["prevHash"]));
        Assert.All(entries, entry =>
        {
            Assert.Equal(("widgets", record.Id(), "api"), ((string?)entry["entity"], (string?)entry["recordId"], (string?)entry["source"]));
            Assert.Equal((FirstTenant.AdminId, "user"), ((string?)entry["actor"]!["id"], (string?)entry["actor"]!["kind"]));
            Assert.NotEmpty((string)entry["requestId"]!);
        });
    }

    [Fact]
    public async Task History_OfAnUpdate_HasTheChangedFieldsBeforeAndAfter()
    {
        var record = (await app.LiveAndDieAsync())[0];

        var changes = (await HistoryAsync(record))[1]["changes"]!.AsArray();

        Assert.Equal(["/colour", "/weight"], changes.Select(change => (string?)change!["path"]).Order(StringComparer.Ordinal));
        Expectations.ExpectSame(new JsonObject { ["path"] = "/colour", ["before"] = "Bleu céleste", ["after"] = "red" }, changes.Single(change => (string?)change!["path"] == "/colour"), "colour");
        Expectations.ExpectSame(new JsonObject { ["path"] = "/weight", ["before"] = 2.5 }, changes.Single(change => (string?)change!["path"] == "/weight"), "weight");
    }

    [Fact]
    public async Task History_AsSoonAsAWriteIsAnswered_HasIt()
    {
        var record = await app.CreateAsync("widgets");
        for (var version = 2; version < 8; version++)
        {
            record = (await app.PatchAsync(record, new JsonObject { ["colour"] = $"shade {version}" })).Expect(200).Json;
            Assert.Equal(version, (await HistoryAsync(record)).Count);
        }
    }

    [Fact]
    public async Task History_OfChangesThatHaveExpiredBesideTheRecord_IsWhole()
    {
        var record = await app.CreateAsync("widgets");
        record = (await app.PatchAsync(record, new JsonObject { ["colour"] = "red" })).Expect(200).Json;
        await app.ExpireChangesAsync(record);
        record = (await app.PatchAsync(record, new JsonObject { ["colour"] = "blue" })).Expect(200).Json;

        var entries = await HistoryAsync(record, "?maxpagesize=2");

        Assert.Equal([3, 2, 1], entries.Select(entry => entry["version"]!.GetValue<int>()));
        Assert.All(entries.Skip(1), entry => Assert.True(entry["recordedAt"].Time() >= entry["occurredAt"].Time()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task History_PageByPage_HasEveryChangeOnce(int size)
    {
        var record = (await app.LiveAndDieAsync())[0];

        Assert.Equal([3, 2, 1], (await HistoryAsync(record, $"?maxpagesize={size}")).Select(entry => entry["version"]!.GetValue<int>()));
    }

    [Fact]
    public async Task History_WithTheCursorOfAnotherRecord_IsRefused()
    {
        var (one, other) = ((await app.LiveAndDieAsync())[0], await app.CreateAsync("widgets"));
        var next = (await app.SendAsync("GET", one.Path() + "/history?maxpagesize=1")).Expect(200).Json["nextLink"]!.GetValue<string>();

        (await app.SendAsync("GET", next.Replace(one.Id(), other.Id(), StringComparison.Ordinal))).Expect(400, "invalid-cursor");
    }

    [Theory]
    [InlineData("widgets/none/history", 404)]
    [InlineData("nothing/none/history", 404)]
    [InlineData("widgets/a%2Fb/history", 404)]
    [InlineData("widgets/none/history?maxpagesize=0", 400)]
    [InlineData("widgets/none/history?maxpagesize=201", 400)]
    [InlineData("widgets/none/history?maxpagesize=1&maxpagesize=2", 400)]
    [InlineData("widgets/none/history?cursor=x", 400)]
    [InlineData("widgets/none/history?cursor=", 400)]
    [InlineData("widgets/none/history?$top=1", 400)]
    public async Task History_OfNothingOrWithParametersThatAreNone_IsRefused(string path, int status) =>
        (await app.SendAsync("GET", "/api/v1/" + path)).Expect(status);

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task History_HasNoRouteThatChangesIt(string method)
    {
        var record = await app.CreateAsync("widgets");

        Assert.Equal(404, (int)(await app.SendAsync(method, record.Path() + "/history", new JsonObject(), ("If-Match", "*"))).Status);
        Assert.Equal(404, (int)(await app.SendAsync(method, "/history/changes", new JsonObject(), ("If-Match", "*"))).Status);
    }

    private async Task<IReadOnlyList<JsonObject>> HistoryAsync(JsonNode record, string query = "")
    {
        var entries = new List<JsonObject>();
        for (var next = record.Path() + "/history" + query; next is not null;)
        {
            var page = (await app.SendAsync("GET", next)).Expect(200);
            entries.AddRange(page.Json["value"]!.AsArray().Select(entry => (JsonObject)entry!.DeepClone()));
            next = (string?)page.Json["nextLink"];
            Assert.Equal(next is not null, page.Headers.ContainsKey("Link"));
        }

        return entries;
    }
}
