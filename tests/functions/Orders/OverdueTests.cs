using System.Text.Json.Nodes;
using Crm.Orders;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Orders;

/// <summary>Invoices that are not paid in time, where the time is the tenant's.</summary>
public sealed class OverdueTests(LaterCrm app) : IClassFixture<LaterCrm>
{
    [Fact]
    public async Task Invoice_IsOverdue_FromTheDayAfterItWasDue()
    {
        var (_, invoice) = await InvoicedAsync("net15");
        await app.AdvanceToAsync(invoice["dueDate"]!.GetValue<string>(), -1);
        await AgeAsync();
        Assert.Equal("issued", (await app.ReadAsync(invoice)).Json.Status());

        await app.AdvanceToAsync(invoice["dueDate"]!.GetValue<string>(), 0);
        await AgeAsync();
        Assert.Equal("issued", (await app.ReadAsync(invoice)).Json.Status());

        await app.AdvanceToAsync(invoice["dueDate"]!.GetValue<string>(), 1);
        await AgeAsync();
        var overdue = (await app.ReadAsync(invoice)).Json;
        Assert.Equal("overdue", overdue.Status());

        await AgeAsync();
        Assert.Equal(overdue["version"]!.GetValue<int>(), (await app.ReadAsync(invoice)).Json["version"]!.GetValue<int>());
    }

    [Fact]
    public async Task Overdue_StaysSo_UntilAllOfItIsPaid()
    {
        var (order, invoice) = await InvoicedAsync("net15");
        (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = 5 })).Expect(201);
        await app.AdvanceToAsync(invoice["dueDate"]!.GetValue<string>(), 1);
        await AgeAsync();

        (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = 10 })).Expect(201);
        var overdue = (await app.ReadAsync(invoice)).Json;
        Assert.Equal(("overdue", 15m, 5m), (overdue.Status(), overdue["amountPaid"]!.GetValue<decimal>(), overdue["amountDue"]!.GetValue<decimal>()));
        Assert.Equal("overdue", (await app.PatchAsync(overdue, new JsonObject { ["tags"] = new JsonArray("called") })).Expect(200).Json.Status());

        (await app.DoAsync(order, "payments", new JsonObject { ["amount"] = 5 })).Expect(201);
        await AgeAsync();
        Assert.Equal("paid", (await app.ReadAsync(invoice)).Json.Status());
    }

    [Fact]
    public async Task Overdue_WithNothingPaid_CanBeMadeVoid()
    {
        var (_, invoice) = await InvoicedAsync("net30");
        await app.AdvanceToAsync(invoice["dueDate"]!.GetValue<string>(), 1);
        await AgeAsync();

        Assert.Equal("void", (await app.DoAsync(invoice, "void")).Expect(200).Json.Status());
        await AgeAsync();
        Assert.Equal("void", (await app.ReadAsync(invoice)).Json.Status());
    }

    private async Task<(JsonObject Order, JsonObject Invoice)> InvoicedAsync(string terms)
    {
        var draft = await app.DraftAsync(await app.BuyerAsync(), ((await app.StockedAsync(10, 5)).Product, 4));
        var order = await app.SettleAsync((await app.PatchAsync(draft, new JsonObject { ["paymentTerms"] = terms })).Expect(200).Json);
        return (order, (await app.DoAsync(order, "invoice")).Expect(201).Json);
    }

    /// <summary>What the timer does.</summary>
    private async Task AgeAsync()
    {
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AgeInvoices>().RunAsync(CancellationToken.None);
    }
}
