using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Entities.Types;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Service;

[Collection(SharedApp.Name)]
public sealed class CaseTests(CrmApp app) : RuleTests(app)
{
    private static JsonObject Resolution => new() { ["code"] = "replaced", ["summary"] = "Sent another — 交換" };

    [Fact]
    public async Task Create_ForNobody_IsRefused() =>
        Refused(await PostAsync("cases", new() { ["subject"] = "Whose?" }), "#/customerId required");

    [Theory]
    [InlineData("customerId", "customers")]
    [InlineData("accountId", "accounts")]
    [InlineData("contactId", "contacts")]
    public async Task Create_ForEither_IsEnough(string field, string collection)
    {
        var created = Ok(await PostAsync("cases", new() { ["subject"] = "Mine", [field] = Id(await App.CreateAsync(collection)) }));

        Assert.StartsWith("CASE-", Text(created, "caseNumber"), StringComparison.Ordinal);
        Assert.Equal("new", Text(created, "status"));
        Assert.Equal("normal", Text(created, "priority"));
        Assert.Equal(0, (int)created["reopenCount"]!);
    }

    [Fact]
    public async Task Patch_ToWhereACaseCannotGo_SaysSoBeforeWhatItWouldLackThere()
    {
        var opened = await App.CreateAsync("cases");

        var refused = (await PatchAsync(opened, new() { ["status"] = "resolved" })).Expect(409, "invalid-transition");

        Assert.Equal(["open", "cancelled"], refused.Json["allowed"]!.AsArray().Select(value => (string)value!));
    }

    [Fact]
    public async Task Patch_AlongTheMoves_GoesToClosedWithItsTime()
    {
        var opened = await App.CreateAsync("cases");
        foreach (var status in (string[])["open", "waitingCustomer", "open", "onHold", "open"])
            Assert.Equal(status, Text(await PatchedAsync(opened, new() { ["status"] = status }), "status"));

        Refused(await PatchAsync(opened, new() { ["status"] = "resolved" }), "#/resolution required");
        Refused(await PatchAsync(opened, new() { ["status"] = "resolved", ["resolution"] = new JsonObject { ["code"] = "x" } }), "#/resolution/summary required");
        var resolved = await PatchedAsync(opened, new() { ["status"] = "resolved", ["resolution"] = Resolution });
        Assert.Equal(Text(resolved, "updatedAt"), Text(resolved, "resolvedAt"));

        var closed = await PatchedAsync(resolved, new() { ["status"] = "closed", ["satisfaction"] = 5 });
        Assert.Equal(Text(resolved, "resolvedAt"), Text(closed, "resolvedAt"));
        Refused(await PatchAsync(closed, new() { ["resolution"] = null }), "#/resolution required");
    }

    [Theory]
    [InlineData("new", "resolved", "open", "cancelled")]
    [InlineData("open", "closed", "waitingCustomer", "onHold", "resolved", "cancelled")]
    [InlineData("onHold", "resolved", "open", "cancelled")]
    [InlineData("resolved", "cancelled", "closed")]
    [InlineData("closed", "open")]
    [InlineData("cancelled", "open")]
    public async Task Patch_BesideTheMoves_Returns409NamingThem(string from, string to, params string[] allowed)
    {
        var present = await App.CreateAsync("cases", ("status", from), ("resolution", Resolution), ("cancelReason", "spam"));

        NoSuchMove(await PatchAsync(present, new() { ["status"] = to }), allowed);
    }

    [Fact]
    public async Task Patch_ToCancelled_NeedsAReason()
    {
        var present = await App.CreateAsync("cases");

        Refused(await PatchAsync(present, new() { ["status"] = "cancelled" }), "#/cancelReason required");
        Assert.Equal("duplicate", Text(await PatchedAsync(present, new() { ["status"] = "cancelled", ["cancelReason"] = "duplicate" }), "cancelReason"));
    }

    [Theory]
    [InlineData("resolved")]
    [InlineData("closed")]
    public async Task Reopen_OfASettledCase_OpensItWithoutItsResolution(string status)
    {
        var settled = await App.CreateAsync("cases", ("status", status), ("resolution", Resolution));

        var reopened = Ok(await ReopenAsync(settled));
        var again = Ok(await ReopenAsync(settled));

        Assert.Equal("open", Text(reopened, "status"));
        Assert.Equal(1, (int)reopened["reopenCount"]!);
        Assert.Null(reopened["resolvedAt"]);
        Assert.Null(reopened["resolution"]);
        Assert.True(JsonNode.DeepEquals(reopened, again));
    }

    [Fact]
    public async Task Reopen_OfACancelledCase_Returns409()
    {
        var cancelled = await App.CreateAsync("cases", ("status", "cancelled"), ("cancelReason", "invalid"));

        NoSuchMove(await ReopenAsync(cancelled));
    }

    [Fact]
    public async Task Reopen_OfAnotherVersion_Returns412()
    {
        var closed = await App.CreateAsync("cases", ("status", "closed"), ("resolution", Resolution));

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await App.SendAsync("POST", $"{Path(closed)}/reopen", null, ("If-Match", "\"7\""))).Status);
    }

    [Fact]
    public async Task Comments_Added_SayWhoAndWhen()
    {
        var present = await App.CreateAsync("cases", ("comments", new JsonArray(new JsonObject { ["body"] = "Internal" })));
        var first = present["comments"]![0]!;
        Assert.Equal("user", Text(first["by"]!, "kind"));
        Assert.Null(present["firstRespondedAt"]);

        var answered = await PatchedAsync(present, new() { ["comments"] = new JsonArray(first.DeepClone(), new JsonObject { ["body"] = "Bitte sehr 🙏", ["isPublic"] = true }) });

        Assert.True(JsonNode.DeepEquals(first, answered["comments"]![0]));
        Assert.Equal(Text(answered, "updatedAt"), Text(answered["comments"]![1]!, "at"));
        Assert.Equal(Text(answered, "updatedAt"), Text(answered, "firstRespondedAt"));
    }

    [Fact]
    public async Task Comments_SentWithoutWhoAndWhen_KeepThem()
    {
        var present = await App.CreateAsync("cases", ("comments", new JsonArray(new JsonObject { ["body"] = "One" })));

        var answered = await PatchedAsync(present, new() { ["comments"] = new JsonArray(new JsonObject { ["body"] = "One" }, new JsonObject { ["body"] = "Two" }) });

        Assert.True(JsonNode.DeepEquals(present["comments"]![0], answered["comments"]![0]));
    }

    [Theory]
    [InlineData("""[]""", "#/comments/0 read-only", "#/comments/1 read-only")]
    [InlineData("""[{"body":"One"}]""", "#/comments/1 read-only")]
    [InlineData("""[{"body":"Two"},{"body":"One"}]""", "#/comments/0 read-only", "#/comments/1 read-only")]
    [InlineData("""[{"body":"One","isPublic":true},{"body":"Two"}]""", "#/comments/0 read-only")]
    [InlineData("""[{"body":"One"},{"body":"Two","at":"2020-01-01T00:00:00Z"}]""", "#/comments/1/at read-only")]
    public async Task Comments_Changed_AreRefused(string comments, params string[] errors)
    {
        var present = await App.CreateAsync("cases", ("comments", new JsonArray(new JsonObject { ["body"] = "One" }, new JsonObject { ["body"] = "Two" })));

        Refused(await PatchAsync(present, new() { ["comments"] = JsonNode.Parse(comments) }), errors);
    }

    private Task<Answer> ReopenAsync(JsonNode present) => App.SendAsync("POST", $"{Path(present)}/reopen");
}
