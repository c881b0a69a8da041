using System.Net;
using System.Text.Json.Nodes;
using Crm.Entities.Types;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Orders;

[Collection(SharedApp.Name)]
public sealed class StockItemTests(CrmApp app)
{
    [Fact]
    public async Task Create_WithAProductAlone_IsEmptyInTheMainWarehouse()
    {
        var product = await app.CreateAsync("products");

        var item = (await PostAsync(product["id"], null)).Json;

        Assert.Equal("main", (string?)item["warehouse"]);
        Assert.All(["onHand", "reserved", "available"], quantity => Assert.Equal(0m, (decimal)item[quantity]!));
    }

    [Fact]
    public async Task Create_OfTheSameProductInTheSameWarehouse_Returns409()
    {
        var product = await app.CreateAsync("products");
        var first = (await PostAsync(product["id"], null)).Json;

        var second = await PostAsync(product["id"], "MAIN");

        Assert.Equal((HttpStatusCode.Conflict, "duplicate"), (second.Status, second.Code));
        Assert.Equal((string?)first["id"], (string?)second.Json["matches"]![0]!["id"]);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(product["id"], "North")).Status);
    }

    [Theory]
    [InlineData("onHand")]
    [InlineData("reserved")]
    [InlineData("available")]
    public async Task Quantities_SentByAClient_AreRefused(string field)
    {
        var item = await app.CreateAsync("stock-items");

        var refused = await app.SendAsync("PATCH", $"/api/v1/stock-items/{item["id"]}", new JsonObject { [field] = 5 }, ("If-Match", "*"));

        Assert.Equal([$"#/{field} read-only"], refused.Errors);
    }

    [Fact]
    public async Task Product_OfAStockItem_Stays()
    {
        var item = await app.CreateAsync("stock-items");
        var other = await app.CreateAsync("products");

        var refused = await app.SendAsync("PATCH", $"/api/v1/stock-items/{item["id"]}", new JsonObject { ["productId"] = other["id"]!.DeepClone() }, ("If-Match", "*"));

        Assert.Equal(["#/productId immutable"], refused.Errors);
        Assert.Equal("in-use", (await app.SendAsync("DELETE", $"/api/v1/products/{item["productId"]}", null, ("If-Match", "*"))).Code);
    }

    [Fact]
    public void Delete_WithStockOrAClaimToIt_IsRefused()
    {
        Assert.Null(new StockItem { ProductId = "p" }.WhyNotDelete());
        Assert.NotNull(new StockItem { ProductId = "p", OnHand = 1 }.WhyNotDelete());
        Assert.NotNull(new StockItem { ProductId = "p", Reserved = 1 }.WhyNotDelete());
    }

    private Task<Answer> PostAsync(JsonNode? productId, string? warehouse) =>
        app.SendAsync("POST", "/api/v1/stock-items", new JsonObject { ["productId"] = productId!.DeepClone(), ["warehouse"] = warehouse });
}
