using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Orders;

[Collection(SharedApp.Name)]
public sealed class StockMovementTests(CrmApp app)
{
    [Fact]
    public async Task Receipt_AndAdjustment_ChangeWhatIsThere()
    {
        var item = await ItemAsync();

        var received = (await MoveAsync(item, "receipt", 12.5m, "Delivery 7")).Expect(201).Json;
        Assert.Equal(("receipt", 12.5m, "Delivery 7", item.Id()), (received["kind"]!.GetValue<string>(), received["quantity"]!.GetValue<decimal>(), received["reason"]!.GetValue<string>(), received["stockItemId"]!.GetValue<string>()));
        (await MoveAsync(item, "adjustment", -2.5m)).Expect(201);

        Assert.Equal((10m, 0m, 10m), await QuantitiesAsync(item));
    }

    [Theory]
    [InlineData("receipt", 0, "#/quantity min")]
    [InlineData("receipt", -1, "#/quantity min")]
    [InlineData("adjustment", 0, "#/quantity not-zero")]
    [InlineData("adjustment", -0.5, "#/quantity insufficient-stock")]
    [InlineData("receipt", 0.00001, "#/quantity scale")]
    [InlineData("ship", 1, "#/kind not-allowed")]
    public async Task Movement_AgainstTheRules_IsRefusedAndMovesNothing(string kind, decimal quantity, string error)
    {
        var item = await ItemAsync();

        Assert.Equal(error, Assert.Single((await MoveAsync(item, kind, quantity)).Expect(422).Errors));

        Assert.Equal((0m, 0m, 0m), await QuantitiesAsync(item));
        Assert.Empty(await MovementsAsync(item));
    }

    [Fact]
    public async Task Movement_IsOneBatchWithTheItemAndItsChange()
    {
        var item = await ItemAsync();
        await MoveAsync(item, "receipt", 3);

        var documents = await app.DocumentsAsync(item);

        Assert.Equal(["change", "change", "movement", "record"], documents.Select(document => document["kind"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Equal(2, documents.Single(document => (string?)document["kind"] == "movement")["version"]!.GetValue<int>());
    }

    [Fact]
    public async Task Movement_RepeatedWithItsKey_IsAnsweredAndNotMadeAgain()
    {
        var item = await ItemAsync();
        var key = ("Idempotency-Key", CrmApp.Unique("key"));

        var first = (await MoveAsync(item, "receipt", 4, null, key)).Expect(201);
        await MoveAsync(item, "adjustment", -4);
        var second = (await MoveAsync(item, "receipt", 4, null, key)).Expect(201);

        Assert.Equal((first.Text, "true"), (second.Text, second.Headers.GetValueOrDefault("Idempotent-Replayed")));
        (await MoveAsync(item, "receipt", 5, null, key)).Expect(422, "idempotency-key-reused");
        Assert.Equal((0m, 0m, 0m), await QuantitiesAsync(item));
    }

    [Fact]
    public async Task Movements_AtOnce_AllCount()
    {
        var item = await ItemAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MoveAsync(item, "receipt", 1)));

        var made = answers.Count(answer => (int)answer.Status == 201);
        Assert.All(answers, answer => Assert.True((int)answer.Status is 201 or 409, answer.Text));
        Assert.Equal((made, 0m, made), await QuantitiesAsync(item));
        Assert.Equal(made, (await MovementsAsync(item)).Count);
    }

    [Fact]
    public async Task Movements_AreListedNewestFirst_PageByPage()
    {
        var item = await ItemAsync();
        for (var quantity = 1; quantity <= 5; quantity++)
            await MoveAsync(item, "receipt", quantity);

        var page = (await app.SendAsync("GET", $"{item.Path()}/movements?maxpagesize=2")).Expect(200);
        Assert.Equal([5m, 4m], Quantities(page.Json));
        var rest = (await app.SendAsync("GET", new Uri(page.Json["nextLink"]!.GetValue<string>()).PathAndQuery.Replace("maxpagesize=2", "maxpagesize=3", StringComparison.Ordinal))).Expect(200).Json;

        Assert.Equal([3m, 2m, 1m], Quantities(rest));
        Assert.False(rest.ContainsKey("nextLink"));
        (await app.SendAsync("GET", $"{item.Path()}/movements?cursor=abc")).Expect(400, "invalid-cursor");

        static IEnumerable<decimal> Quantities(JsonObject list) => list["value"]!.AsArray().Select(movement => movement!["quantity"]!.GetValue<decimal>());
    }

    [Fact]
    public async Task Movements_OfNoItem_Return404()
    {
        (await app.SendAsync("GET", "/api/v1/stock-items/nothing/movements")).Expect(404);
        (await app.PostAsync("stock-items/nothing/movements", new JsonObject { ["kind"] = "receipt", ["quantity"] = 1 })).Expect(404);
    }

    [Fact]
    public async Task FallingToTheReorderLevel_IsAnnouncedOnce()
    {
        var item = await ItemAsync(("reorderLevel", 5));
        foreach (var (kind, quantity) in new[] { ("receipt", 10m), ("adjustment", -4m), ("adjustment", -1m), ("adjustment", -1m) })
            (await MoveAsync(item, kind, quantity)).Expect(201);

        var events = (await app.DocumentsAsync(item)).Where(document => (string?)document["kind"] == "change").SelectMany(change => change["events"]!.AsArray()).Select(name => name!.GetValue<string>());

        Assert.Single(events, "stock.low");
    }

    private async Task<JsonObject> ItemAsync(params (string, JsonNode?)[] product) =>
        (await app.PostAsync("stock-items", new JsonObject { ["productId"] = (await app.CreateAsync("products", product)).Id() })).Expect(201).Json;

    private Task<Answer> MoveAsync(JsonObject item, string kind, decimal quantity, string? reason = null, params (string, string)[] headers) =>
        app.SendAsync("POST", $"{item.Path()}/movements", new JsonObject { ["kind"] = kind, ["quantity"] = quantity, ["reason"] = reason }, headers);

    private async Task<JsonArray> MovementsAsync(JsonObject item) => (await app.SendAsync("GET", $"{item.Path()}/movements")).Expect(200).Json["value"]!.AsArray();

    private async Task<(decimal OnHand, decimal Reserved, decimal Available)> QuantitiesAsync(JsonObject item)
    {
        var read = (await app.ReadAsync(item)).Expect(200).Json;
        return (read["onHand"]!.GetValue<decimal>(), read["reserved"]!.GetValue<decimal>(), read["available"]!.GetValue<decimal>());
    }
}
