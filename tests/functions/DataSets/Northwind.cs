using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Crm.Tests.DataSets;

/// <summary>830 orders of a trader in food, with the customers who placed them, the employees who took them and the products.</summary>
public sealed class Northwind() : LoadedCrm(Name)
{
    public const string Name = "northwind";

    /// <summary>The files that keep every value of the original database.</summary>
    public const string Files = "csv-from-sql/";

    /// <summary>What a dollar is worth in the base currency, from before the first order on.</summary>
    public const decimal Rate = 0.8m;

    private Task? _supply;

    /// <summary>Has every product in stock and the dollar known: what the files do not say, and orders are not confirmed without.</summary>
    public Task EnsureSupplyAsync() => _supply ??= SupplyAsync();

    private async Task SupplyAsync()
    {
        await PostAsync("exchange-rates", new JsonObject { ["currency"] = "USD", ["date"] = "1990-01-01", ["rate"] = Rate });
        foreach (var product in await WalkAsync("products?maxpagesize=200&select=id"))
        {
            var item = await PostAsync("stock-items", new JsonObject { ["productId"] = (string?)product["id"] });
            await PostAsync($"stock-items/{item["id"]}/movements", new JsonObject { ["kind"] = "receipt", ["quantity"] = 10_000 });
        }
    }

    private async Task<JsonObject> PostAsync(string path, JsonObject body)
    {
        using var response = await Client.PostAsJsonAsync($"/api/v1/{path}", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    internal override Task LoadAsync(DataSetLoad load) => new NorthwindLoader(load).LoadAsync();
}
