using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Orders;

/// <summary>What is done with orders beyond changing their fields.</summary>
public sealed class OrderFunctions(OrderActions actions, ShipOrder ship, PayOrder pay, InvoiceOrder invoice)
{
    private const string Order = "api/v1/orders/{id}";

    /// <summary>Why an order is cancelled.</summary>
    internal sealed record CancelBody
    {
        public string? Reason { get; init; }
    }

    /// <summary>Has a draft decided on: prices, taxes and rate are frozen, stock is reserved, a number given. That goes on after the answer; an order that is decided on is answered as it is.</summary>
    [Function("OrdersSubmit"), Records(Right.Update, Collection = "orders")]
    [Operation("submitOrder"), Writes, Answers(202, typeof(SalesOrder)), Answers(200, typeof(SalesOrder))]
    public async Task<IResult> Submit(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Order + "/submit")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.SubmitAsync(id, options, cancellation)));

    /// <summary>Has an order on hold decided on again; one that is decided on is answered as it is.</summary>
    [Function("OrdersResubmit"), Records(Right.Update, Collection = "orders")]
    [Operation("resubmitOrder"), Writes, Answers(202, typeof(SalesOrder)), Answers(200, typeof(SalesOrder))]
    public async Task<IResult> Resubmit(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Order + "/resubmit")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.ResubmitAsync(id, options, cancellation)));

    /// <summary>Makes a rejected order a draft again.</summary>
    [Function("OrdersReopen"), Records(Right.Update, Collection = "orders")]
    [Operation("reopenOrder"), Writes, Answers(200, typeof(SalesOrder))]
    public async Task<IResult> Reopen(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Order + "/reopen")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.ReopenAsync(id, options, cancellation)));

    /// <summary>Cancels an order of which nothing has been shipped. What it has reserved is free again.</summary>
    [Function("OrdersCancel"), Records(Right.Update, Collection = "orders")]
    [Operation("cancelOrder"), Writes, Takes(typeof(CancelBody), Optional = true), Answers(200, typeof(SalesOrder))]
    public Task<IResult> Cancel(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Order + "/cancel")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<CancelBody>((body, options) => actions.CancelAsync(id, body.Reason, options, cancellation), cancellation);

    /// <summary>Sends an order, whole or in part: the shipment is the answer.</summary>
    [Function("OrdersShip"), Records(Right.Create, Collection = "shipments")]
    [Operation("shipOrder"), Writes, Takes(typeof(ShipmentBody), Optional = true), Answers(201, typeof(Shipment))]
    public Task<IResult> Ship(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Order + "/shipments")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<ShipmentBody>((body, options) => ship.RunAsync(id, body, options, cancellation), cancellation);

    /// <summary>Counts money that was received, or promised: the payment is the answer.</summary>
    [Function("OrdersPay"), Records(Right.Create, Collection = "payments")]
    [Operation("payOrder"), Writes, Takes(typeof(PaymentBody)), Answers(201, typeof(Payment))]
    public Task<IResult> Pay(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Order + "/payments")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<PaymentBody>((body, options) => pay.RunAsync(id, body, options, cancellation), cancellation);

    /// <summary>Invoices an order, whole or in part: the invoice is the answer, the last one where all is invoiced already.</summary>
    [Function("OrdersInvoice"), Records(Right.Create, Collection = "invoices")]
    [Operation("invoiceOrder"), Writes, Takes(typeof(InvoiceBody), Optional = true), Answers(201, typeof(Invoice)), Answers(200, typeof(Invoice))]
    public Task<IResult> Invoice(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Order + "/invoice")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<InvoiceBody>((body, options) => invoice.RunAsync(id, body, options, cancellation), cancellation);
}
