using System.Text;
using System.Text.Json.Nodes;
using Crm.Entities.Storage;
using Crm.Platform.Json;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Cosmos;

namespace Crm.Tests.History;

/// <summary>GET history/verify: finds what somebody changed behind the API's back. Each test mends what it broke.</summary>
public sealed class VerifyTests(CrmApp app) : IClassFixture<CrmApp>
{
    [Fact]
    public async Task Verify_OfWhatTheApiWrote_FindsNothing()
    {
        await app.LiveAndDieAsync();
        var contact = await app.CreateAsync("contacts");
        await app.PatchAsync(contact, new JsonObject { ["jobTitle"] = "CEO" });

        var verified = await VerifyAsync();

        Assert.True(verified["valid"]!.GetValue<bool>(), verified.ToJsonString());
        Assert.True(verified["checked"]!.GetValue<int>() >= 6);
        Assert.False(verified.ContainsKey("firstBroken"));
    }

    [Theory]
    [InlineData("action", "create", "hash-mismatch")]
    [InlineData("occurredAt", "2026-01-01T00:00:00.000Z", "hash-mismatch")]
    [InlineData("actor.name", "Somebody else", "hash-mismatch")]
    [InlineData("changes[0].after", "forged", "hash-mismatch")]
    [InlineData("note", "added", "hash-mismatch")]
    [InlineData("hash", "0000", "hash-mismatch")]
    [InlineData("version", "7", "malformed")]
    [InlineData("changes", "none", "malformed")]
    [InlineData("recordId", "another", "misplaced")]
    public async Task Verify_OfATamperedEntry_NamesIt(string path, string value, string reason)
    {
        var record = await WrittenAsync("widgets");

        await TamperAsync(record, 2, entry => Set(entry, path, value), () => ExpectBrokenAsync(record, 2, reason));
    }

    [Fact]
    public async Task Verify_OfATamperedPersonalValue_NamesIt()
    {
        var record = await WrittenAsync("contacts");

        await TamperAsync(record, 1, entry => Personal(entry)["after"] = "Somebody else", () => ExpectBrokenAsync(record, 1, "personal-value-mismatch"));
    }

    [Fact]
    public async Task Verify_OfErasedPersonalValues_FindsNothing()
    {
        var record = await WrittenAsync("contacts");

        await TamperAsync(record, 1, Erase, async () => Assert.True((await VerifyAsync())["valid"]!.GetValue<bool>()));

        static void Erase(JsonObject entry) => Assert.All(["before", "after", "salt"], member => Personal(entry).Remove(member));
    }

    [Fact]
    public async Task Verify_OfARewrittenChain_FindsThatItDoesNotFollow()
    {
        var record = await WrittenAsync("widgets");

        await TamperAsync(record, 2, Rewrite, () => ExpectBrokenAsync(record, 3, "broken-link"));

        static void Rewrite(JsonObject entry)
        {
            entry["action"] = "create";
            entry["hash"] = Crm.Entities.Changes.ChangeHash.Of(entry);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Verify_OfARemovedEntry_NamesIt(int version)
    {
        var record = await WrittenAsync("widgets", expired: true);
        var entry = (await app.EntriesAsync(record))[version - 1];
        (await app.Cosmos().History.DeleteItemStreamAsync(entry.Id(), record.HistoryPartition())).EnsureSuccessStatusCode();

        await ExpectBrokenAsync(record, version, "missing");

        await WriteAsync(app.Cosmos().History, entry, record.HistoryPartition());
    }

    [Fact]
    public async Task Verify_OfARecordWithoutAnyEntry_NamesIt()
    {
        var record = await WrittenAsync("widgets", expired: true);
        var entries = await app.EntriesAsync(record);
        foreach (var entry in entries)
            (await app.Cosmos().History.DeleteItemStreamAsync(entry.Id(), record.HistoryPartition())).EnsureSuccessStatusCode();

        await ExpectBrokenAsync(record, 1, "missing");

        foreach (var entry in entries)
            await WriteAsync(app.Cosmos().History, entry, record.HistoryPartition());
    }

    [Theory]
    [InlineData(3, "another hash", "record-differs")]
    [InlineData(2, null, "record-behind")]
    [InlineData(0, null, "record-missing")]
    public async Task Verify_OfATamperedRecord_NamesIt(int version, string? hash, string reason)
    {
        var record = await WrittenAsync("widgets");
        var partition = new RecordKey("default", "widgets", record.Id()).Partition;
        var stored = (await app.DocumentsAsync(record)).Single(document => document.Id() == record.Id());
        var tampered = (JsonObject)stored.DeepClone();
        tampered["version"] = version;
        tampered["hash"] = hash ?? (string?)stored["hash"];
        if (version == 0)
            (await app.Cosmos().Records.DeleteItemStreamAsync(record.Id(), partition)).EnsureSuccessStatusCode();
        else
            await WriteAsync(app.Cosmos().Records, tampered, partition);

        await ExpectBrokenAsync(record, 3, reason);

        await WriteAsync(app.Cosmos().Records, stored, partition);
    }

    [Fact]
    public async Task Verify_OfAPeriod_LooksAtItsEntriesAlone()
    {
        var record = await WrittenAsync("widgets");
        var times = (await app.EntriesAsync(record)).Select(entry => entry["occurredAt"].Time()).ToList();
        var last = UtcTimeConverter.Format(times[^1]);
        var after = UtcTimeConverter.Format(times[^1].AddMinutes(1));

        await TamperAsync(record, 3, entry => entry["action"] = "create", async () =>
        {
            Expectations.ExpectSame(Broken(record, 3, "hash-mismatch"), (await VerifyAsync($"?from={last}"))["firstBroken"], "firstBroken");
            Expectations.ExpectSame(Broken(record, 3, "hash-mismatch"), (await VerifyAsync($"?from={UtcTimeConverter.Format(times[0])}&to={last}"))["firstBroken"], "firstBroken");
            Expectations.ExpectSame(new JsonObject { ["valid"] = true, ["checked"] = 0 }, await VerifyAsync($"?from={after}"), "a later period");
        });
    }

    [Fact]
    public async Task Verify_OfAnotherTenantsEntries_DoesNotLookAtThem()
    {
        var record = await WrittenAsync("widgets");
        var before = (await VerifyAsync())["checked"]!.GetValue<int>();
        var foreign = Feeding.Foreign((await app.ChangesAsync(record))[0]);
        foreign["action"] = "forged";
        await app.DeliverAsync(foreign);

        var verified = await VerifyAsync();

        Expectations.ExpectSame(new JsonObject { ["valid"] = true, ["checked"] = before }, verified, "the verification");
    }

    [Theory]
    [InlineData("from=x", "invalid-time")]
    [InlineData("to=", "invalid-value")]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "out-of-range")]
    [InlineData("entity=widgets", "unknown-parameter")]
    public async Task Verify_WithParametersThatAreNone_IsRefused(string query, string code) => (await app.SendAsync("GET", "/history/verify?" + query)).Expect(400, code);

    private static JsonObject Personal(JsonObject entry) => (JsonObject)entry["changes"]!.AsArray().First(change => change!["personal"] is not null)!;

    private static void Set(JsonObject entry, string path, string value)
    {
        switch (path.Split('.'))
        {
            case ["actor", var member]:
                entry["actor"]![member] = value;
                break;
            case ["changes[0]", var member]:
                entry["changes"]![0]![member] = value;
                break;
            case ["version"]:
                entry["version"] = int.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
                break;
            default:
                entry[path] = value;
                break;
        }
    }

    /// <summary>A record with three changes, all of which history has.</summary>
    private async Task<JsonObject> WrittenAsync(string collection, bool expired = false)
    {
        var record = await app.CreateAsync(collection);
        record = (await app.PatchAsync(record, new JsonObject { ["tags"] = new JsonArray("one") })).Expect(200).Json;
        record = (await app.PatchAsync(record, new JsonObject { ["tags"] = new JsonArray("two") })).Expect(200).Json;
        if (expired)
            await app.ExpireChangesAsync(record);
        else
            await app.DeliverAsync(await app.ChangesAsync(record));
        return record;
    }

    private async Task TamperAsync(JsonObject record, int version, Action<JsonObject> tamper, Func<Task> check)
    {
        var entry = (await app.EntriesAsync(record))[version - 1];
        var tampered = (JsonObject)entry.DeepClone();
        tamper(tampered);
        await WriteAsync(app.Cosmos().History, tampered, record.HistoryPartition());
        await check();
        await WriteAsync(app.Cosmos().History, entry, record.HistoryPartition());
    }

    private static async Task WriteAsync(Container container, JsonObject document, PartitionKey partition)
    {
        using var written = await container.UpsertItemStreamAsync(new MemoryStream(Encoding.UTF8.GetBytes(document.ToJsonString())), partition);
        written.EnsureSuccessStatusCode();
    }

    private async Task ExpectBrokenAsync(JsonObject record, int version, string reason)
    {
        var verified = await VerifyAsync();
        Assert.False(verified["valid"]!.GetValue<bool>());
        Expectations.ExpectSame(Broken(record, version, reason), verified["firstBroken"], "firstBroken");
    }

    private static JsonObject Broken(JsonObject record, int version, string reason) =>
        new() { ["entity"] = record["type"]!.DeepClone(), ["id"] = record.Id(), ["version"] = version, ["reason"] = reason };

    private async Task<JsonObject> VerifyAsync(string query = "") => (await app.SendAsync("GET", "/history/verify" + query)).Expect(200).Json;
}
