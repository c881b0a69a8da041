using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Orders;

/// <summary>What becomes of the shipments, payments and invoices of orders.</summary>
public sealed class OrderPartFunctions(ShipmentActions shipments, ReturnShipment returns, PaymentActions payments, InvoiceActions invoices, AgeInvoices age)
{
    private const string ShipmentRoute = "api/v1/shipments/{id}";
    private const string PaymentRoute = "api/v1/payments/{id}";
    private const string InvoiceRoute = "api/v1/invoices/{id}";

    /// <summary>Why it is so.</summary>
    internal sealed record ReasonBody
    {
        public string? Reason { get; init; }
    }

    /// <summary>Says that a shipment has arrived.</summary>
    [Function("ShipmentsDeliver"), Records(Right.Update, Collection = "shipments")]
    [Operation("deliverShipment"), Writes, Answers(200, typeof(Shipment))]
    public async Task<IResult> Deliver(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = ShipmentRoute + "/deliver")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => shipments.DeliverAsync(id, options, cancellation)));

    /// <summary>Says that a shipment will not arrive.</summary>
    [Function("ShipmentsFail"), Records(Right.Update, Collection = "shipments")]
    [Operation("failShipment"), Writes, Takes(typeof(ReasonBody), Optional = true), Answers(200, typeof(Shipment))]
    public Task<IResult> FailShipment(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = ShipmentRoute + "/fail")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<ReasonBody>((body, options) => shipments.FailAsync(id, body.Reason, options, cancellation), cancellation);

    /// <summary>Takes goods back into stock.</summary>
    [Function("ShipmentsReturn"), Records(Right.Update, Collection = "shipments")]
    [Operation("returnShipment"), Writes, Takes(typeof(ReturnBody), Optional = true), Answers(200, typeof(Shipment))]
    public Task<IResult> Return(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = ShipmentRoute + "/return")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<ReturnBody>((body, options) => returns.RunAsync(id, body, options, cancellation), cancellation);

    /// <summary>Takes the money that was promised.</summary>
    [Function("PaymentsCapture"), Records(Right.Update, Collection = "payments")]
    [Operation("capturePayment"), Writes, Answers(200, typeof(Payment))]
    public async Task<IResult> Capture(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = PaymentRoute + "/capture")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => payments.CaptureAsync(id, options, cancellation)));

    /// <summary>Says that money which was promised does not come.</summary>
    [Function("PaymentsFail"), Records(Right.Update, Collection = "payments")]
    [Operation("failPayment"), Writes, Takes(typeof(ReasonBody), Optional = true), Answers(200, typeof(Payment))]
    public Task<IResult> FailPayment(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = PaymentRoute + "/fail")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<ReasonBody>((body, options) => payments.FailAsync(id, body.Reason, options, cancellation), cancellation);

    /// <summary>Pays a payment back, whole or in part.</summary>
    [Function("PaymentsRefund"), Records(Right.Update, Collection = "payments")]
    [Operation("refundPayment"), Writes, Takes(typeof(RefundBody), Optional = true), Answers(200, typeof(Payment))]
    public Task<IResult> Refund(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = PaymentRoute + "/refund")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<RefundBody>((body, options) => payments.RefundAsync(id, body, options, cancellation), cancellation);

    /// <summary>Makes an invoice void of which nothing is paid.</summary>
    [Function("InvoicesVoid"), Records(Right.Update, Collection = "invoices")]
    [Operation("voidInvoice"), Writes, Takes(typeof(ReasonBody), Optional = true), Answers(200, typeof(Invoice))]
    public Task<IResult> Void(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = InvoiceRoute + "/void")] HttpRequest request, string id, CancellationToken cancellation) =>
        request.ActAsync<ReasonBody>((body, options) => invoices.VoidAsync(id, body.Reason, options, cancellation), cancellation);

    /// <summary>Every hour, since the day begins in some time zone then.</summary>
    [Function(nameof(AgeInvoices))]
    public Task Age([TimerTrigger("0 1 * * * *")] TimerInfo timer, CancellationToken cancellation) => age.RunAsync(cancellation);
}
