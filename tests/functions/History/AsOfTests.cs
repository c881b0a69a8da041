using System.Text.Json.Nodes;
using Crm.Platform.Json;
using Crm.Tests.Fixtures;

namespace Crm.Tests.History;

/// <summary>GET {record}?asOf=: a record as it was.</summary>
[Collection(SharedApp.Name)]
public sealed class AsOfTests(CrmApp app)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData("contacts")]
    [InlineData("orders")]
    [InlineData("opportunities")]
    [InlineData("activities")]
    public async Task Read_AsOfTheTimeOfEachVersion_AnswersWhatTheWriteAnswered(string collection)
    {
        var states = new List<JsonObject> { await app.CreateAsync(collection) };
        foreach (var tag in new[] { "one", "two" })
            states.Add(await AfterAsync(states[^1], new JsonObject { ["tags"] = new JsonArray(tag), ["description"] = tag == "one" ? "1" : null }));

        foreach (var state in states)
            Expectations.ExpectSame(state, (await AsOfAsync(state, state["updatedAt"].Time())).Expect(200).Json, $"version {state["version"]}");
    }

    [Fact]
    public async Task Read_AsOfTimesAroundALife_AnswersTheRecordInItAlone()
    {
        var created = await app.CreateAsync("widgets");
        var patched = await AfterAsync(created, new JsonObject { ["colour"] = "red" });
        (await app.DeleteAsync(patched)).Expect(204);
        var deletedAt = (await app.ChangesAsync(created))[^1]["occurredAt"].Time();

        (await AsOfAsync(created, created["createdAt"].Time() - Tick)).Expect(404, "not-found");
        Assert.Equal("\"1\"", (await AsOfAsync(created, patched["updatedAt"].Time() - Tick)).Expect(200).ETag);
        Assert.Equal("\"2\"", (await AsOfAsync(created, patched["updatedAt"].Time())).Expect(200).ETag);
        (await AsOfAsync(created, deletedAt)).Expect(404, "not-found");
        (await AsOfAsync(created, deletedAt.AddYears(100))).Expect(404, "not-found");
    }

    [Fact]
    public async Task Read_AsOfATimeWhoseChangesHaveExpiredBesideTheRecord_ReadsHistory()
    {
        var created = await app.CreateAsync("contacts");
        var patched = await AfterAsync(created, new JsonObject { ["mailingAddress"] = null, ["jobTitle"] = "CEO" });
        await app.ExpireChangesAsync(created);
        var now = await AfterAsync(patched, new JsonObject { ["jobTitle"] = "CTO" });

        Expectations.ExpectSame(created, (await AsOfAsync(created, created["updatedAt"].Time())).Expect(200).Json, "the first state");
        Expectations.ExpectSame(patched, (await AsOfAsync(created, patched["updatedAt"].Time())).Expect(200).Json, "the second state");
        Expectations.ExpectSame(now, (await AsOfAsync(created, now["updatedAt"].Time())).Expect(200).Json, "the state now");
    }

    [Theory]
    [InlineData("", "invalid-value")]
    [InlineData("yesterday", "invalid-time")]
    [InlineData("2026-01-31", "invalid-time")]
    [InlineData("2026-01-31T08:00:00", "invalid-time")]
    [InlineData("2026-01-31T08:00:00+01:00", "invalid-time")]
    [InlineData("2026-13-31T08:00:00Z", "invalid-time")]
    [InlineData("2026-01-31T08:00:00Z&asOf=2026-01-31T08:00:00Z", "repeated-parameter")]
    [InlineData("1e30", "invalid-time")]
    [InlineData("2026-01-31T08:00:00Z%00", "invalid-time")]
    [InlineData("2026-01-31T08:00:00Z&colour=red", "unknown-parameter")]
    public async Task Read_AsOfWhatIsNoTime_IsRefused(string asOf, string code) =>
        (await app.SendAsync("GET", $"/api/v1/widgets/some?asOf={asOf}")).Expect(400, code);

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("2026-01-31T08:00:00%2B14:00")]
    [InlineData("2026-01-31T08:00:00.123456789Z")]
    public async Task Read_OfNoRecord_AsOfAnyTime_Returns404(string asOf) =>
        (await app.SendAsync("GET", $"/api/v1/widgets/none?asOf={asOf}")).Expect(404, "not-found");

    /// <summary>A patch in a later millisecond than the state before: within one, the later version is the answer.</summary>
    private async Task<JsonObject> AfterAsync(JsonObject record, JsonObject patch)
    {
        await Eventually.GetAsync(() => Task.FromResult(TimeProvider.System.GetUtcNow()), now => now > record["updatedAt"].Time() + Tick, "a later millisecond");
        return (await app.PatchAsync(record, patch)).Expect(200).Json;
    }

    private Task<Answer> AsOfAsync(JsonNode record, DateTimeOffset time) => app.SendAsync("GET", $"{record.Path()}?asOf={UtcTimeConverter.Format(time)}");
}
