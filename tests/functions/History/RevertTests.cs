using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.History;

/// <summary>POST {record}/revert: the writable part of a record as one of its versions had left it.</summary>
[Collection(SharedApp.Name)]
public sealed class RevertTests(CrmApp app)
{
    public static TheoryData<string> Collections => Catalogued.Collections;

    [Theory]
    [MemberData(nameof(Collections))]
    public async Task Revert_ToTheFirstVersion_HasItsWritableFields(string collection)
    {
        var record = await app.CreateAsync(collection);
        var changed = (await app.PatchAsync(record, new JsonObject { ["tags"] = new JsonArray("changed"), ["description"] = "Changed", ["externalIds"] = new JsonArray() })).Expect(200).Json;

        var reverted = (await RevertAsync(changed, 1)).Expect(200);

        Assert.Equal("\"3\"", reverted.ETag);
        Assert.All(app.Catalog.Get(collection).Writable(), field => Expectations.ExpectSame(record[field.Name], reverted.Json[field.Name], field.Name));
        var change = (await app.ChangesAsync(record))[^1];
        Assert.Equal("revert", (string?)change["action"]);
        Assert.Subset(new HashSet<string?>(["/tags", "/description", "/externalIds"]), change["changes"]!.AsArray().Select(field => (string?)field!["path"]).ToHashSet());
    }

    [Fact]
    public async Task Revert_WorksOutAnewWhatTheServerSets()
    {
        var product = await app.CreateAsync("products");
        JsonObject Line(int quantity) => new() { ["productId"] = product.Id(), ["quantity"] = quantity, ["unitPrice"] = 10 };
        var order = await app.CreateAsync("orders", ("lines", new JsonArray(Line(1))));
        var changed = (await app.PatchAsync(order, new JsonObject { ["lines"] = new JsonArray(Line(2), Line(3)) })).Expect(200).Json;
        Assert.NotEqual(order["grandTotal"]!.GetValue<decimal>(), changed["grandTotal"]!.GetValue<decimal>());

        var reverted = (await RevertAsync(changed, 1)).Expect(200).Json;

        Assert.Equal(order["grandTotal"]!.GetValue<decimal>(), reverted["grandTotal"]!.GetValue<decimal>());
        Assert.Equal((string?)order["orderNumber"], (string?)reverted["orderNumber"]);
        Assert.Single(reverted["lines"]!.AsArray());
    }

    [Fact]
    public async Task Revert_ToTheVersionThereIs_ChangesNothing()
    {
        var record = await app.CreateAsync("widgets");

        Assert.Equal("\"1\"", (await RevertAsync(record, 1)).Expect(200).ETag);
        Assert.Single(await app.ChangesAsync(record));
    }

    [Fact]
    public async Task Revert_AcrossADeletion_HasTheStateBeforeIt()
    {
        var record = await app.CreateAsync("widgets");
        (await app.DeleteAsync(record)).Expect(204);
        var restored = (await app.SendAsync("POST", record.Path() + "/restore")).Expect(200).Json;
        restored = (await app.PatchAsync(restored, new JsonObject { ["colour"] = "red" })).Expect(200).Json;

        (await RevertAsync(restored, 2)).Expect(422, "validation-failed").ExpectErrors("#/toVersion deleted");
        Assert.Equal((string?)record["colour"], (string?)(await RevertAsync(restored, 1)).Expect(200).Json["colour"]);
    }

    [Fact]
    public async Task Revert_OfAMoveThatIsNotDeclared_NamesTheMoves()
    {
        var record = await app.CreateAsync("widgets");
        record = (await app.PatchAsync(record, new JsonObject { ["state"] = "tested" })).Expect(200).Json;

        var refused = (await RevertAsync(record, 1)).Expect(409, "invalid-transition");

        Assert.Equal(["shipped", "scrapped"], refused.Json["allowed"]!.AsArray().Select(state => (string?)state));
    }

    [Fact]
    public async Task Revert_ToATakenUniqueValue_Returns409()
    {
        var record = await app.CreateAsync("widgets");
        var renamed = (await app.PatchAsync(record, new JsonObject { ["name"] = CrmApp.Unique("renamed") })).Expect(200).Json;
        await app.CreateAsync("widgets", ("name", record["name"]!.DeepClone()));

        (await RevertAsync(renamed, 1)).Expect(409, "duplicate");
    }

    [Fact]
    public async Task Revert_UnderConditions_HoldsToThem()
    {
        var record = await app.CreateAsync("widgets");
        var changed = (await app.PatchAsync(record, new JsonObject { ["colour"] = "red" })).Expect(200).Json;

        (await RevertAsync(changed, 1, ("If-Match", "\"1\""))).Expect(412, "stale");
        (await RevertAsync(changed, 1, ("If-Match", "\"2\""), ("Idempotency-Key", "once"))).Expect(200);
        Assert.Equal("true", (await RevertAsync(changed, 1, ("Idempotency-Key", "once"))).Expect(200).Headers["Idempotent-Replayed"]);
        Assert.Equal(3, (await app.ChangesAsync(record)).Count);
    }

    [Theory]
    [InlineData("{}", 422, "#/toVersion required")]
    [InlineData("[]", 422, "# type", "#/toVersion required")]
    [InlineData("""{ "toVersion": null }""", 422, "#/toVersion required")]
    [InlineData("""{ "toVersion": "1" }""", 422, "#/toVersion type")]
    [InlineData("""{ "toVersion": 0 }""", 422, "#/toVersion min")]
    [InlineData("""{ "toVersion": -1 }""", 422, "#/toVersion min")]
    [InlineData("""{ "toVersion": 1.5 }""", 422, "#/toVersion scale")]
    [InlineData("""{ "toVersion": 2 }""", 422, "#/toVersion out-of-range")]
    [InlineData("""{ "toVersion": 1000000000000000000000000000000 }""", 422, "#/toVersion precision")]
    [InlineData("""{ "toVersion": 1, "force/~": true }""", 400, "#/force~1~0 unknown-field")]
    public async Task Revert_ToWhatIsNoVersion_IsRefused(string body, int status, params string[] errors)
    {
        var record = await app.CreateAsync("widgets");

        (await app.SendTextAsync("POST", record.Path() + "/revert", body)).Expect(status, "validation-failed").ExpectErrors(errors);
    }

    [Fact]
    public async Task Revert_OfADeletedRecord_Returns404()
    {
        var record = (await app.LiveAndDieAsync())[0];

        (await RevertAsync(record, 1)).Expect(404, "not-found");
    }

    private Task<Answer> RevertAsync(JsonNode record, int version, params (string, string)[] headers) =>
        app.SendAsync("POST", record.Path() + "/revert", new JsonObject { ["toVersion"] = version }, headers);
}
