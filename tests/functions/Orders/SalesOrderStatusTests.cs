using System.Net;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Access;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Orders;

/// <summary>What the actions to come may rely on: they go through the same service.</summary>
[Collection(SharedApp.Name)]
public sealed class SalesOrderStatusTests(CrmApp app)
{
    [Fact]
    public async Task Status_MovesByItsActionAlone()
    {
        var order = await app.CreateAsync("orders");

        Assert.Equal(["#/status read-only"], (await PatchAsync(order, "status", "submitted")).Errors);
        Assert.IsType<InvalidTransition>((await ActAsync(order, "confirm", OrderStatus.Confirmed)).Error);
        Assert.Null((await ActAsync(order, "submit", OrderStatus.Submitted)).Error);
        Assert.IsType<InvalidTransition>((await ActAsync(order, "complete", OrderStatus.Completed)).Error);
        Assert.Null((await ActAsync(order, "confirm", OrderStatus.Confirmed)).Error);
        Assert.Null((await ActAsync(order, "cancel", OrderStatus.Cancelled)).Error);
        Assert.IsType<InvalidTransition>((await ActAsync(order, "reopen", OrderStatus.Draft)).Error);
    }

    [Fact]
    public async Task Submit_WithoutLines_IsRefused()
    {
        var order = await app.CreateAsync("orders", ("lines", new JsonArray()));

        Assert.Equal("#/lines", Assert.Single(((Invalid)(await ActAsync(order, "submit", OrderStatus.Submitted)).Error!).Errors).Pointer);
    }

    [Theory]
    [InlineData("lines", """[{ "writeInDescription": "x", "quantity": 1, "unitPrice": 1 }]""")]
    [InlineData("currency", "\"USD\"")]
    [InlineData("discountPercent", "50")]
    [InlineData("shippingAmount", "null")]
    public async Task WhatWasAgreedOn_AfterTheDraft_CannotBeChanged(string field, string value)
    {
        var order = await app.CreateAsync("orders");
        await ActAsync(order, "submit", OrderStatus.Submitted);

        Assert.Equal([$"#/{field} not-a-draft"], (await PatchAsync(order, field, JsonNode.Parse(value))).Errors);
        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(order, "customerReference", "PO 3")).Status);
    }

    [Fact]
    public async Task Actions_ChangeWhatTheServerSetsInLines_AndUpdatesKeepIt()
    {
        var order = await app.CreateAsync("orders");
        await ActAsync(order, "submit", OrderStatus.Submitted);
        var confirmed = await ActAsync(order, "confirm", OrderStatus.Confirmed, line => line with { QuantityReserved = line.Quantity });
        Assert.Null(confirmed.Error);

        var patched = (await PatchAsync(order, "customerReference", "PO 4")).Json;

        Assert.All(patched["lines"]!.AsArray(), line => Assert.Equal((decimal)line!["quantity"]!, (decimal)line["quantityReserved"]!));
        Assert.Equal((decimal)order["grandTotal"]!, (decimal)patched["grandTotal"]!);
    }

    [Fact]
    public async Task Delete_AfterTheDraft_Returns409()
    {
        var order = await app.CreateAsync("orders");
        await ActAsync(order, "submit", OrderStatus.Submitted);

        var refused = await app.SendAsync("DELETE", $"/api/v1/orders/{order["id"]}", null, ("If-Match", "*"));

        Assert.Equal((HttpStatusCode.Conflict, "not-deletable"), (refused.Status, refused.Code));
    }

    private Task<Answer> PatchAsync(JsonObject order, string field, JsonNode? value) =>
        app.SendAsync("PATCH", $"/api/v1/orders/{order["id"]}", new JsonObject { [field] = value }, ("If-Match", "*"));

    private async Task<Result<RecordReply>> ActAsync(JsonObject order, string action, OrderStatus status, Func<SalesOrderLine, SalesOrderLine>? line = null)
    {
        await using var scope = app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Caller =
            Caller.System(FirstTenant.TenantId, "worker", "Worker");
        return await scope.ServiceProvider.GetRequiredService<EntityService>().ActAsync<SalesOrder>(
            (string)order["id"]!, action, new WriteOptions(), before => before with { Status = status, Lines = [.. before.Lines.Select(line ?? (same => same))] }, CancellationToken.None);
    }
}
