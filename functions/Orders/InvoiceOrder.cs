using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>What to invoice, and how to number it.</summary>
public sealed record InvoiceBody
{
    [StringLength(20, MinimumLength = 1)] public string Series { get; init; } = "INV";

    /// <summary>By default, all that is not invoiced.</summary>
    [MaxLength(100)] public IReadOnlyList<LineQuantity> Lines { get; init; } = [];
}

/// <summary>
/// Invoices an order, whole or in part. The invoice is a draft that says what was invoiced before it; the order counts it, if that still holds, and only then it
/// gets its number. So no piece is invoiced twice, and amounts that were worked out are those of the place the invoice has.
/// </summary>
public sealed class InvoiceOrder(OrderParts parts, InvoiceNumbers numbers, InvoicePayments payments, OrderEffects effects, CallContext call)
{
    public async Task<Result<RecordReply>> RunAsync(string orderId, InvoiceBody body, WriteOptions options, CancellationToken cancellation)
    {
        if (await parts.ReplayAsync<Invoice>(options.Key, cancellation) is { } replay)
            return replay;
        if (!body.Series.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '/'))
            return new Invalid([new FieldError("#/series", "format", "must be made of letters A to Z, digits, - and /")]);
        var found = await parts.FindAsync<SalesOrder>(orderId, options.IfMatch, cancellation);
        if (found.Failed)
            return found.Error;

        var order = found.Value;
        if (order.Status is not (OrderStatus.Confirmed or OrderStatus.Completed))
            return new WrongState("Only a confirmed order is invoiced.");

        var lines = body.Lines.Count > 0 ? body.Lines : Remaining(order);
        if (lines.Count == 0)
            return await PresentAsync(order.InvoiceIds.Except(order.VoidInvoiceIds).Last(), cancellation);
        if (Refused(order, lines) is { } refused)
            return refused;

        // Whoever invoices the rest at the same moment, without a key of their own, means the same invoice.
        var id = options.Key is null && body.Lines.Count == 0
            ? Ids.From(call.Caller.TenantId, orderId, "invoices", order.InvoiceIds.Count.ToString(CultureInfo.InvariantCulture))
            : parts.IdOf(options.Key);
        var invoice = Drafted(New(order, body.Series), order, lines, await parts.InvoicesOfAsync(order, cancellation));
        var created = await parts.CreateAsync(id, invoice, options, cancellation);
        if (created.Failed && created.Error is not Conflict)
            return created.Error;
        if (created.Failed)
            return await PresentAsync(id, cancellation);

        // What is not settled now goes on by the message of the creation; the answer says how far it is.
        await effects.TryAsync<InvoiceOrder>((invoices, token) => invoices.FinishAsync(id, token), cancellation);
        return await parts.MadeAsync(created.Value, cancellation);
    }

    /// <summary>Does what is left to do of an invoice, also of one that is void: the order counts it, it gets its number, and is told what was paid.</summary>
    /// <exception cref="UnsettledException">It cannot be done now.</exception>
    public async Task FinishAsync(string invoiceId, CancellationToken cancellation)
    {
        if (await parts.LatestAsync<Invoice>(invoiceId, cancellation) is not { } invoice || await parts.LatestAsync<SalesOrder>(invoice.OrderId, cancellation) is not { } order)
            return;

        if (!order.InvoiceIds.Contains(invoiceId))
        {
            if (invoice.Status == InvoiceStatus.Void)
                return;
            if (Refused(order, Quantities(invoice)) is not null)
            {
                await parts.ActAsync(invoiceId, "drop", present => present with { Status = InvoiceStatus.Void, VoidReason = "Meanwhile the order was invoiced otherwise." }, cancellation, seen: invoice);
                return;
            }

            // Others were first: their parts are in the amounts now.
            if (invoice.Place != order.InvoiceIds.Count + 1)
            {
                var others = await parts.InvoicesOfAsync(order, cancellation);
                invoice = await parts.ActAsync(invoiceId, "draft", present => Drafted(present, order, Quantities(present), others), cancellation, seen: invoice);
            }

            order = await parts.ActAsync<SalesOrder>(invoice.OrderId, "invoice", present => Counted(present, invoice), cancellation);
            if (!order.InvoiceIds.Contains(invoiceId))
                throw new UnsettledException(new Conflict("The order is being invoiced by others."));
        }

        if (invoice.Status == InvoiceStatus.Void)
            order = await parts.ActAsync<SalesOrder>(invoice.OrderId, "void", present => Uncounted(present, invoice), cancellation);
        else if (invoice.InvoiceNumber is null)
            await numbers.GiveAsync(invoice, cancellation);
        await payments.SpreadAsync(order, cancellation);
    }

    private async Task<Result<RecordReply>> PresentAsync(string id, CancellationToken cancellation) =>
        await effects.TryAsync<InvoiceOrder>((invoices, token) => invoices.FinishAsync(id, token), cancellation) is { } unsettled ? unsettled : await parts.PresentAsync<Invoice>(id, cancellation);

    private static SalesOrder Counted(SalesOrder order, Invoice invoice) =>
        order.InvoiceIds.Contains(invoice.Id) || order.InvoiceIds.Count + 1 != invoice.Place
            ? order
            : Invoiced(order, invoice, sign: 1) with { InvoiceIds = [.. order.InvoiceIds, invoice.Id] };

    private static SalesOrder Uncounted(SalesOrder order, Invoice invoice) =>
        order.VoidInvoiceIds.Contains(invoice.Id) ? order : Invoiced(order, invoice, sign: -1) with { VoidInvoiceIds = [.. order.VoidInvoiceIds, invoice.Id] };

    private static SalesOrder Invoiced(SalesOrder order, Invoice invoice, int sign)
    {
        var quantities = invoice.Lines.ToDictionary(line => line.LineId, line => line.Quantity);
        return order with { Lines = [.. order.Lines.Select(line => line with { QuantityInvoiced = line.QuantityInvoiced + (sign * quantities.GetValueOrDefault(line.Id)) })] };
    }

    private static List<LineQuantity> Remaining(SalesOrder order) =>
        [.. order.Lines.Where(line => Left(line) > 0).Select(line => new LineQuantity { LineId = line.Id, Quantity = Left(line) })];

    private static List<LineQuantity> Quantities(Invoice invoice) => [.. invoice.Lines.Select(line => new LineQuantity { LineId = line.LineId, Quantity = line.Quantity })];

    private static decimal Left(SalesOrderLine line) => line.Quantity - line.QuantityInvoiced;

    private static Invalid? Refused(SalesOrder order, IReadOnlyList<LineQuantity> lines)
    {
        if (order.InvoiceIds.Count >= SalesOrder.MaxParts)
            return new Invalid([new FieldError("#/lines", "max", $"would be one invoice too many: an order has at most {SalesOrder.MaxParts}")]);

        var errors = new List<FieldError>();
        foreach (var (wanted, index) in lines.Select((line, index) => (line, index)))
        {
            if (order.Find(wanted.LineId) is not { } line)
                errors.Add(new FieldError($"#/lines/{index}/lineId", "unknown-line", "is no line of the order"));
            else if (wanted.Quantity > Left(line))
                errors.Add(new FieldError($"#/lines/{index}/quantity", "max", $"must not be more than what is left to invoice: {Left(line):0.####}"));
        }

        return errors.Count > 0 ? new Invalid(errors) : null;
    }

    private static Invoice New(SalesOrder order, string series) => new()
    {
        Series = series,
        OrderId = order.Id,
        OwnerId = order.OwnerId,
        TeamIds = order.TeamIds,
        CustomerId = order.CustomerId,
        Currency = order.Currency,
        BillingAddress = order.BillingAddress,
        PaymentTerms = order.PaymentTerms,
    };

    /// <summary>The invoice with what it comes to as the next one of the order.</summary>
    private static Invoice Drafted(Invoice invoice, SalesOrder order, IReadOnlyList<LineQuantity> lines, IReadOnlyList<Invoice> others)
    {
        var amounts = InvoiceAmounts.Of(order, lines, others);
        return invoice with
        {
            Place = order.InvoiceIds.Count + 1,
            Lines = amounts.Lines,
            ShippingTotal = amounts.Shipping,
            TaxTotal = amounts.Tax,
            GrandTotal = amounts.GrandTotal,
            TaxBreakdown = amounts.Taxes,
        };
    }
}
