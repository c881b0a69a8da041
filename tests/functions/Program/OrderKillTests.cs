using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Program;

/// <summary>SIGKILL while orders are decided on, and what the next start makes of them.</summary>
[Collection(Sequential.Name)]
public sealed class OrderKillTests : ProgramTests
{
    private const int Orders = 20;
    private const int Pieces = 12;

    [Fact]
    public async Task Kill_WhileOrdersAreProcessed_LeavesNoneHanging()
    {
        var (item, orders) = ("", new List<string>());
        await using (var crm = await CrmProcess.StartAsync(Data))
        {
            var product = await PostAsync(crm, "products", new JsonObject { ["sku"] = "P", ["name"] = "Pump", ["listPrice"] = 1 });
            item = await PostAsync(crm, "stock-items", new JsonObject { ["productId"] = product });
            await PostAsync(crm, $"stock-items/{item}/movements", new JsonObject { ["kind"] = "receipt", ["quantity"] = Pieces });
            var contact = await PostAsync(crm, "contacts", new JsonObject { ["lastName"] = "Buyer" });
            var customer = await PostAsync(crm, "customers", new JsonObject { ["kind"] = "individual", ["contactId"] = contact });
            for (var i = 0; i < Orders; i++)
            {
                orders.Add(await PostAsync(crm, "orders", new JsonObject
                {
                    ["customerId"] = customer,
                    ["currency"] = "EUR",
                    ["lines"] = new JsonArray(new JsonObject { ["productId"] = product, ["quantity"] = 1 }),
                }));
                await PostAsync(crm, $"orders/{orders[i]}/submit", null);
            }

            await Eventually.GetAsync(() => ReadAsync(crm, $"orders/{orders[0]}"), order => (string?)order["status"] != "submitted", "the first decision");
            await crm.KillAsync();
        }

        await using var next = await CrmProcess.StartAsync(Data);
        var settled = new List<JsonObject>();
        foreach (var order in orders)
            settled.Add(await Eventually.GetAsync(() => ReadAsync(next, $"orders/{order}"), read => (string?)read["status"] != "submitted", "the decision after the restart"));

        Assert.Equal(Pieces, settled.Count(order => (string?)order["status"] == "confirmed"));
        Assert.Equal(Pieces, settled.Select(order => (string?)order["orderNumber"]).OfType<string>().Distinct().Count());
        Assert.Equal(Orders - Pieces, settled.Count(order => (string?)order["status"] == "rejected"));
        var stock = await ReadAsync(next, $"stock-items/{item}");
        Assert.Equal((Pieces, Pieces), ((int)stock["onHand"]!, (int)stock["reserved"]!));
    }

    private static async Task<string> PostAsync(CrmProcess crm, string path, JsonNode? body)
    {
        using var response = await crm.Client.PostAsync($"/api/v1/{path}", body is null ? null : JsonContent.Create(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return (string)JsonNode.Parse(text)!["id"]!;
    }

    private static async Task<JsonObject> ReadAsync(CrmProcess crm, string path) => (await crm.Client.GetFromJsonAsync<JsonObject>($"/api/v1/{path}"))!;
}
