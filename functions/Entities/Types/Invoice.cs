using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum InvoiceStatus
{
    Draft,
    Issued,
    PartiallyPaid,
    Paid,
    Overdue,
    Void,
    Credited,
}

/// <summary>What a customer is asked to pay for an order. Made by the order's action, and never changed once it is issued: payments alone move it on.</summary>
public sealed record Invoice : Entity
{
    /// <summary>Given when it is issued, without gaps in its series.</summary>
    [ServerSet, Unique, Sortable] public string? InvoiceNumber { get; init; }

    [ServerSet] public required string Series { get; init; }

    [ServerSet, Reference("orders")] public required string OrderId { get; init; }

    [ServerSet, Reference("customers")] public required string CustomerId { get; init; }

    [ServerSet, Form(TextForm.Currency)] public required string Currency { get; init; }

    [ServerSet, Personal] public Address? BillingAddress { get; init; }

    /// <summary>As they were ordered.</summary>
    [ServerSet, NotFilterable, MaxLength(100)] public required IReadOnlyList<InvoiceLine> Lines { get; init; }

    [ServerSet] public required decimal ShippingTotal { get; init; }

    [ServerSet] public required decimal TaxTotal { get; init; }

    [ServerSet, Sortable] public required decimal GrandTotal { get; init; }

    [ServerSet, NotFilterable] public required IReadOnlyList<TaxTotals> TaxBreakdown { get; init; }

    [ServerSet] public PaymentTerms? PaymentTerms { get; init; }

    [ServerSet, Sortable] public DateOnly? IssueDate { get; init; }

    /// <summary>By the payment terms; without any, at once.</summary>
    [ServerSet, Sortable] public DateOnly? DueDate { get; init; }

    [ServerSet] public decimal AmountPaid { get; init; }

    [ServerSet, Sortable] public decimal AmountDue { get; init; }

    [ServerSet, Sortable, Moves("draft -> issued, partiallyPaid, paid by issue", "issued, partiallyPaid, overdue -> partiallyPaid, paid by pay")]
    public InvoiceStatus Status { get; init; } = InvoiceStatus.Draft;

    protected internal override Entity Complete(WriteContext context)
    {
        var before = context.Before as Invoice;
        var due = this with { AmountDue = Math.Max(0, GrandTotal - AmountPaid) };
        if (InvoiceNumber is null)
            return due;

        var issued = due with
        {
            IssueDate = IssueDate ?? context.Today,
            DueDate = DueDate ?? (IssueDate ?? context.Today).AddDays(DaysToPay(PaymentTerms)),
            Status = due.AmountDue == 0 ? InvoiceStatus.Paid : AmountPaid > 0 ? InvoiceStatus.PartiallyPaid : InvoiceStatus.Issued,
        };
        if (before?.InvoiceNumber is null)
            context.Announce("issued");
        if (issued.Status == InvoiceStatus.Paid && before?.Status != InvoiceStatus.Paid)
            context.Announce("paid");
        return issued;
    }

    protected internal override string? WhyNotDelete() => "An invoice is kept: its number must not go missing.";

    private static int DaysToPay(PaymentTerms? terms) => terms switch
    {
        Types.PaymentTerms.Net15 => 15,
        Types.PaymentTerms.Net30 => 30,
        Types.PaymentTerms.Net45 => 45,
        Types.PaymentTerms.Net60 => 60,
        _ => 0,
    };
}

/// <summary>A line of the order, as it was agreed on.</summary>
public sealed record InvoiceLine
{
    [ElementKey] public required string LineId { get; init; }

    public string? Sku { get; init; }

    public string? Name { get; init; }

    [Number(4)] public required decimal Quantity { get; init; }

    public string? Unit { get; init; }

    [Number(4)] public required decimal UnitPrice { get; init; }

    public required decimal Net { get; init; }

    [Number(4)] public required decimal TaxPercent { get; init; }

    public required decimal Tax { get; init; }

    public required decimal Total { get; init; }

    internal static InvoiceLine Of(SalesOrderLine line) => new()
    {
        LineId = line.Id,
        Sku = line.Sku,
        Name = line.Name ?? line.WriteInDescription,
        Quantity = line.Quantity,
        Unit = line.Unit,
        UnitPrice = line.UnitPrice!.Value,
        Net = line.Net,
        TaxPercent = line.TaxPercent,
        Tax = line.Tax,
        Total = line.Total,
    };
}
