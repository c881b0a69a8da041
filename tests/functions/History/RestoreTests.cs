using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.History;

/// <summary>POST {record}/restore: a deleted record is there again.</summary>
[Collection(SharedApp.Name)]
public sealed class RestoreTests(CrmApp app)
{
    public static TheoryData<string> Collections => Catalogued.Collections;

    [Theory]
    [MemberData(nameof(Collections))]
    public async Task Restore_OfADeletedRecord_IsWhatItWas(string collection)
    {
        var record = await app.CreateAsync(collection);
        (await app.DeleteAsync(record)).Expect(204);

        var restored = (await RestoreAsync(record)).Expect(200);

        Assert.Equal("\"3\"", restored.ETag);
        Assert.All(
            record.Where(member => member.Key is not ("version" or "etag" or "updatedAt" or "updatedBy")),
            member => Expectations.ExpectSame(member.Value, restored.Json[member.Key], member.Key));
        Expectations.ExpectSame(restored.Json, (await app.ReadAsync(record)).Expect(200).Json, "what is read");
    }

    [Fact]
    public async Task Restore_IsAChangeOfItsOwn()
    {
        var record = await DeletedAsync("widgets");
        (await RestoreAsync(record)).Expect(200);

        var change = (await app.ChangesAsync(record))[^1];

        Assert.Equal(("restore", 3), ((string?)change["action"], change["version"]!.GetValue<int>()));
        Assert.Equal(["widget.restored"], change["events"]!.AsArray().Select(raised => (string?)raised));
        Assert.All(change["changes"]!.AsArray(), field => Assert.Null(field!["before"]));
    }

    [Fact]
    public async Task Restore_OfALiveRecord_AnswersItAsItIs()
    {
        var record = await DeletedAsync("widgets");
        var restored = (await RestoreAsync(record)).Expect(200);

        var again = (await RestoreAsync(record)).Expect(200);

        Expectations.ExpectSame(restored.Json, again.Json, "the record");
        Assert.Equal(3, (await app.ChangesAsync(record)).Count);
    }

    [Fact]
    public async Task Restore_ManyTimesAtOnce_MakesOneVersion()
    {
        var record = await DeletedAsync("widgets");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RestoreAsync(record)));

        Assert.All(answers, answer => Assert.Equal("\"3\"", answer.Expect(200).ETag));
        Assert.Equal(3, (await app.ChangesAsync(record)).Count);
    }

    [Fact]
    public async Task Restore_WhoseUniqueValueHasBeenTaken_Returns409()
    {
        var record = await DeletedAsync("widgets");
        var taker = await app.CreateAsync("widgets", ("name", record["name"]!.DeepClone()));

        Assert.Equal("name", (string?)(await RestoreAsync(record)).Expect(409, "duplicate").Json["field"]);
        (await app.ReadAsync(record)).Expect(404);

        (await app.DeleteAsync(taker)).Expect(204);
        (await RestoreAsync(record)).Expect(200);
        (await app.PostAsync("widgets", new JsonObject { ["name"] = record["name"]!.DeepClone() })).Expect(409, "duplicate");
    }

    [Fact]
    public async Task Restore_WhoseTargetIsGone_IsRefusedOrTakesTheReferenceOut()
    {
        var widget = await DeletedAsync("widgets");
        (await app.DeleteAsync(await ReadAsync("accounts", widget["makerId"]!))).Expect(204);
        var (manager, contact) = (await app.CreateAsync("contacts"), await app.CreateAsync("contacts"));
        contact = (await app.PatchAsync(contact, new JsonObject { ["reportsToId"] = manager.Id() })).Expect(200).Json;
        (await app.DeleteAsync(contact)).Expect(204);
        (await app.DeleteAsync(manager)).Expect(204);

        (await RestoreAsync(widget)).Expect(422, "validation-failed").ExpectErrors("#/makerId unknown-reference");
        Assert.Null((await RestoreAsync(contact)).Expect(200).Json["reportsToId"]);
    }

    [Fact]
    public async Task Restore_UnderConditions_HoldsToThem()
    {
        var record = await DeletedAsync("widgets");

        (await RestoreAsync(record, ("If-Match", "\"1\""))).Expect(412, "stale");
        var restored = (await RestoreAsync(record, ("If-Match", "\"2\""), ("Idempotency-Key", "once"))).Expect(200);
        (await app.PatchAsync(restored.Json, new JsonObject { ["colour"] = "red" })).Expect(200);

        var replayed = (await RestoreAsync(record, ("Idempotency-Key", "once"))).Expect(200);
        Assert.Equal(("true", "\"3\""), (replayed.Headers["Idempotent-Replayed"], replayed.ETag));
    }

    [Fact]
    public async Task Restore_OfChangesThatHaveExpiredBesideTheRecord_ReadsHistory()
    {
        var record = await DeletedAsync("contacts");
        await app.ExpireChangesAsync(record);

        var restored = (await RestoreAsync(record)).Expect(200).Json;

        Expectations.ExpectSame(record["emails"], restored["emails"], "emails");
        Assert.Equal(3, restored["version"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("/api/v1/widgets/none/restore", 404)]
    [InlineData("/api/v1/nothing/none/restore", 404)]
    [InlineData("/api/v1/widgets/none/restore?force=true", 400)]
    public async Task Restore_OfWhatNeverWas_IsRefused(string path, int status) => (await app.SendAsync("POST", path)).Expect(status);

    private async Task<JsonObject> DeletedAsync(string collection)
    {
        var record = await app.CreateAsync(collection);
        (await app.DeleteAsync(record)).Expect(204);
        return record;
    }

    private async Task<JsonObject> ReadAsync(string collection, JsonNode id) => (await app.SendAsync("GET", $"/api/v1/{collection}/{id}")).Expect(200).Json;

    private Task<Answer> RestoreAsync(JsonNode record, params (string, string)[] headers) => app.SendAsync("POST", record.Path() + "/restore", null, headers);
}
