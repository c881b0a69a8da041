using System.ComponentModel.DataAnnotations;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>How to number it.</summary>
public sealed record InvoiceBody
{
    [StringLength(20, MinimumLength = 1)] public string Series { get; init; } = "INV";
}

/// <summary>Invoices an order, once: its invoice has an id that follows from the order's.</summary>
public sealed class InvoiceOrder(OrderParts parts, InvoiceNumbers numbers, OrderEffects effects, CallContext call)
{
    public async Task<Result<RecordReply>> RunAsync(string orderId, InvoiceBody body, WriteOptions options, CancellationToken cancellation)
    {
        if (!body.Series.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '/'))
            return new Invalid([new FieldError("#/series", "format", "must be made of letters A to Z, digits, - and /")]);

        var found = await parts.OrderAsync(orderId, options.IfMatch, cancellation);
        if (found.Failed)
            return found.Error;

        var order = found.Value;
        if (order.Status is not (OrderStatus.Confirmed or OrderStatus.Completed))
            return new WrongState("Only a confirmed order is invoiced.");

        var id = Ids.From(call.Caller.TenantId, orderId, "invoices");
        var created = await parts.CreateAsync(id, Of(order, body.Series), options with { Key = null }, cancellation);
        if (created.Failed && created.Error is not Conflict)
            return created.Error;

        if (await effects.TryAsync<InvoiceOrder>((invoices, token) => invoices.FinishAsync(id, token), cancellation) is { } unsettled)
            return unsettled;

        return created.Failed ? await parts.PresentAsync<Invoice>(id, cancellation) : await parts.MadeAsync(created.Value, cancellation);
    }

    /// <summary>Does what is left to do of an invoice: gives it its number, and tells the order of it.</summary>
    /// <exception cref="UnsettledException">It cannot be done now.</exception>
    public async Task FinishAsync(string invoiceId, CancellationToken cancellation)
    {
        if (await parts.LatestAsync<Invoice>(invoiceId, cancellation) is not { } invoice)
            return;

        if (invoice.InvoiceNumber is null)
            await numbers.GiveAsync(invoice, cancellation);
        var order = await parts.ActAsync<SalesOrder>(invoice.OrderId, "invoice", present => present.InvoiceId is not null ? present : present with
        {
            InvoiceId = invoiceId,
            Lines = [.. present.Lines.Select(line => line with { QuantityInvoiced = line.Quantity })],
        }, cancellation);
        if (order.PaidTotal > invoice.AmountPaid)
            await parts.ActAsync<Invoice>(invoiceId, "pay", present => present with { AmountPaid = Math.Max(present.AmountPaid, order.PaidTotal) }, cancellation);
    }

    private static Invoice Of(SalesOrder order, string series) => new()
    {
        Series = series,
        OrderId = order.Id,
        OwnerId = order.OwnerId,
        TeamIds = order.TeamIds,
        CustomerId = order.CustomerId,
        Currency = order.Currency,
        BillingAddress = order.BillingAddress,
        Lines = [.. order.Lines.Select(InvoiceLine.Of)],
        ShippingTotal = order.ShippingTotal,
        TaxTotal = order.TaxTotal,
        GrandTotal = order.GrandTotal,
        TaxBreakdown = order.TaxBreakdown,
        PaymentTerms = order.PaymentTerms,
    };
}
