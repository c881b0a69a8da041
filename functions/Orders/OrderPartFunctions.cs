using Crm.Entities;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Orders;

/// <summary>What becomes of the shipments, payments and invoices of orders.</summary>
public sealed class OrderPartFunctions(ShipmentActions shipments, ReturnShipment returns, PaymentActions payments, InvoiceActions invoices, AgeInvoices age)
{
    private const string Shipment = "api/v1/shipments/{id}";
    private const string Payment = "api/v1/payments/{id}";
    private const string Invoice = "api/v1/invoices/{id}";

    /// <summary>Why it is so.</summary>
    internal sealed record ReasonBody
    {
        public string? Reason { get; init; }
    }

    [Function("ShipmentsDeliver"), Records(Right.Update, Collection = "shipments")]
    public async Task<IResult> Deliver(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Shipment + "/deliver")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => shipments.DeliverAsync(id, options, cancellation)));

    [Function("ShipmentsFail"), Records(Right.Update, Collection = "shipments")]
    public Task<IResult> FailShipment(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Shipment + "/fail")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<ReasonBody>((body, options) => shipments.FailAsync(id, body.Reason, options, cancellation), cancellation);

    /// <summary>Takes goods back into stock.</summary>
    [Function("ShipmentsReturn"), Records(Right.Update, Collection = "shipments")]
    public Task<IResult> Return(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Shipment + "/return")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<ReturnBody>((body, options) => returns.RunAsync(id, body, options, cancellation), cancellation);

    [Function("PaymentsCapture"), Records(Right.Update, Collection = "payments")]
    public async Task<IResult> Capture(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Payment + "/capture")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => payments.CaptureAsync(id, options, cancellation)));

    [Function("PaymentsFail"), Records(Right.Update, Collection = "payments")]
    public Task<IResult> FailPayment(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Payment + "/fail")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<ReasonBody>((body, options) => payments.FailAsync(id, body.Reason, options, cancellation), cancellation);

    [Function("PaymentsRefund"), Records(Right.Update, Collection = "payments")]
    public Task<IResult> Refund(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Payment + "/refund")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<RefundBody>((body, options) => payments.RefundAsync(id, body, options, cancellation), cancellation);

    [Function("InvoicesVoid"), Records(Right.Update, Collection = "invoices")]
    public Task<IResult> Void(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Invoice + "/void")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<ReasonBody>((body, options) => invoices.VoidAsync(id, body.Reason, options, cancellation), cancellation);

    /// <summary>Every hour, since the day begins in some time zone then.</summary>
    [Function(nameof(AgeInvoices))]
    public Task Age([TimerTrigger("0 1 * * * *")] TimerInfo timer, CancellationToken cancellation) => age.RunAsync(cancellation);
}
