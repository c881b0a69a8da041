using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Customers;
using Crm.Entities.Changes;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Customers;

/// <summary>What a customer shows of its orders and cases: what a count of them gives.</summary>
[Collection(SharedApp.Name)]
public sealed class CustomerCountTests(CrmApp app)
{
    [Fact]
    public async Task Orders_CountFromTheirConfirmation_UntilTheyAreCancelled()
    {
        var (stocked, customer) = (await app.StockedAsync(100), await app.BuyerAsync());
        var first = await app.SettleAsync(await app.DraftAsync(customer, (stocked.Product, 3)));
        var second = await app.SettleAsync(await app.DraftAsync(customer, (stocked.Product, 4)));
        await app.DraftAsync(customer, (stocked.Product, 1));

        var counted = await ShowsAsync(customer, (2, 70m, 0));
        Assert.Equal(second["submittedAt"]!.GetValue<string>(), counted["lastOrderAt"]!.GetValue<string>());

        (await app.DoAsync(second, "cancel")).Expect(200);
        counted = await ShowsAsync(customer, (1, 30m, 0));
        Assert.Equal(first["submittedAt"]!.GetValue<string>(), counted["lastOrderAt"]!.GetValue<string>());

        (await app.DoAsync(first, "cancel")).Expect(200);
        Assert.False((await ShowsAsync(customer, (0, 0m, 0))).ContainsKey("lastOrderAt"));
    }

    [Fact]
    public async Task Orders_InAnotherCurrency_CountInTheBaseCurrency()
    {
        (await app.PostAsync("exchange-rates", new JsonObject { ["currency"] = "RON", ["date"] = "2020-01-01", ["rate"] = 0.2 })).Expect(201);
        var customer = await app.BuyerAsync();
        foreach (var (currency, price) in new[] { ("EUR", 0.1m), ("RON", 1m) })
        {
            await app.SettleAsync((await app.PostAsync("orders", new JsonObject
            {
                ["customerId"] = customer.Id(),
                ["currency"] = currency,
                ["lines"] = new JsonArray(new JsonObject { ["writeInDescription"] = "Work", ["quantity"] = 1, ["unitPrice"] = price }),
            })).Expect(201).Json);
        }

        await ShowsAsync(customer, (2, 0.3m, 0));
    }

    [Fact]
    public async Task Cases_CountWhileTheyAreOpen_ForWhoseTheyAre()
    {
        var (one, other) = (await app.BuyerAsync(), await app.BuyerAsync());
        var (first, second) = (await CaseAsync(one), await CaseAsync(one));
        await ShowsAsync(one, (0, 0m, 2));

        first = (await app.PatchAsync(first, new JsonObject { ["customerId"] = other.Id() })).Expect(200).Json;
        await ShowsAsync(one, (0, 0m, 1));
        await ShowsAsync(other, (0, 0m, 1));

        first = (await app.PatchAsync(first, new JsonObject { ["status"] = "cancelled", ["cancelReason"] = "spam" })).Expect(200).Json;
        await ShowsAsync(other, (0, 0m, 0));

        (await app.DeleteAsync(second)).Expect(204);
        await ShowsAsync(one, (0, 0m, 0));
        (await app.SendAsync("POST", $"{second.Path()}/restore")).Expect(200);
        await ShowsAsync(one, (0, 0m, 1));
    }

    [Fact]
    public async Task Changes_ThatComeAgainLateAndInAnyOrder_ChangeNothing()
    {
        var (stocked, customer) = (await app.StockedAsync(100), await app.BuyerAsync());
        var order = await app.SettleAsync(await app.DraftAsync(customer, (stocked.Product, 3)));
        var open = await CaseAsync(customer);
        await ShowsAsync(customer, (1, 30m, 1));
        (await app.DoAsync(order, "cancel")).Expect(200);
        var settled = await ShowsAsync(customer, (0, 0m, 1));

        var changes = await ChangesAsync(order, open);
        foreach (var batch in new[] { changes, [.. changes.Reverse()], [.. changes.Take(2), .. changes] })
            await CountAsync(batch);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CountAsync(changes)));

        Assert.Equal(settled.ToJsonString(), (await app.ReadAsync(customer)).Json.ToJsonString());
    }

    [Fact]
    public async Task Orders_ConfirmedAndCancelledAtOnce_EndWithWhatThereIs()
    {
        var (stocked, customer) = (await app.StockedAsync(1000), await app.BuyerAsync());
        var orders = new List<JsonObject>();
        for (var i = 0; i < 8; i++)
            orders.Add(await app.DraftAsync(customer, (stocked.Product, 1)));

        await Task.WhenAll(orders.Select(async (order, index) =>
        {
            await app.SettleAsync(order);
            if (index % 2 == 0)
                (await app.DoAsync(order, "cancel")).Expect(200);
            await CountAsync(await ChangesAsync(order));
        }));

        await ShowsAsync(customer, (4, 40m, 0));
    }

    private async Task<JsonObject> ShowsAsync(JsonObject customer, (int Orders, decimal Spent, int Cases) wanted) => await Eventually.GetAsync(
        async () => (await app.ReadAsync(customer)).Expect(200).Json,
        read => (read["orderCount"]!.GetValue<int>(), read["totalSpent"]!.GetValue<decimal>(), read["openCaseCount"]!.GetValue<int>()) == wanted,
        $"a customer that shows {wanted}");

    private async Task<JsonObject> CaseAsync(JsonObject customer) => (await app.PostAsync("cases", new JsonObject { ["subject"] = "Leaks", ["customerId"] = customer.Id() })).Expect(201).Json;

    private async Task<IReadOnlyList<FeedChange>> ChangesAsync(params JsonObject[] records)
    {
        var documents = new List<JsonElement>();
        foreach (var record in records)
            documents.AddRange((await app.DocumentsAsync(record)).Select(document => JsonSerializer.SerializeToElement(document)));
        return FeedChanges.In(documents);
    }

    /// <summary>What the feed does with a batch.</summary>
    private async Task CountAsync(IReadOnlyList<FeedChange> changes)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<CountForCustomers>().RunAsync(changes, CancellationToken.None);
    }
}
