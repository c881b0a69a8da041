using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>Where an invoice is on its way. What is paid is no longer taken back: there are no credit notes, and so none that is credited.</summary>
public enum InvoiceStatus
{
    Draft,
    Issued,
    PartiallyPaid,
    Paid,
    Overdue,
    Void,
}

/// <summary>
/// What a customer is asked to pay for an order, or a part of it. Made by the order's action, and never changed once it is issued: payments and time move it on,
/// and as long as nothing is paid it can be made void.
/// </summary>
public sealed record Invoice : Entity
{
    /// <summary>The action that looks at the day it is due.</summary>
    public const string Age = "age";

    /// <summary>Given when it is issued, without gaps in its series.</summary>
    [ServerSet, Unique, Sortable] public string? InvoiceNumber { get; init; }

    [ServerSet] public required string Series { get; init; }

    [ServerSet, Reference("orders")] public required string OrderId { get; init; }

    /// <summary>Its place among the invoices of the order, from 1: it says what had been invoiced before.</summary>
    [ServerSet, NotFilterable] public int Place { get; init; }

    [ServerSet, Reference("customers")] public required string CustomerId { get; init; }

    [ServerSet, Form(TextForm.Currency)] public required string Currency { get; init; }

    [ServerSet, Personal] public Address? BillingAddress { get; init; }

    /// <summary>As they were ordered, as far as they are invoiced here.</summary>
    [ServerSet, NotFilterable, MaxLength(100)] public IReadOnlyList<InvoiceLine> Lines { get; init; } = [];

    [ServerSet] public decimal ShippingTotal { get; init; }

    [ServerSet] public decimal TaxTotal { get; init; }

    [ServerSet, Sortable] public decimal GrandTotal { get; init; }

    [ServerSet, NotFilterable] public IReadOnlyList<TaxTotals> TaxBreakdown { get; init; } = [];

    [ServerSet] public PaymentTerms? PaymentTerms { get; init; }

    [ServerSet, Sortable] public DateOnly? IssueDate { get; init; }

    /// <summary>By the payment terms; without any, at once.</summary>
    [ServerSet, Sortable] public DateOnly? DueDate { get; init; }

    [ServerSet] public decimal AmountPaid { get; init; }

    [ServerSet, Sortable] public decimal AmountDue { get; init; }

    /// <summary>One that is overdue stays so until all of it is paid.</summary>
    [ServerSet, Sortable, Moves(
        "draft -> issued, partiallyPaid, paid by issue", "draft -> void by drop", "issued, partiallyPaid -> overdue by age",
        "issued, partiallyPaid -> partiallyPaid, paid by pay", "overdue -> paid by pay", "issued, overdue -> void by void")]
    public InvoiceStatus Status { get; init; } = InvoiceStatus.Draft;

    /// <summary>Why it is void.</summary>
    [ServerSet] public string? VoidReason { get; init; }

    protected internal override Entity Complete(WriteContext context)
    {
        var before = context.Before as Invoice;
        if (Status == InvoiceStatus.Void)
        {
            if (before is { Status: not (InvoiceStatus.Void or InvoiceStatus.Draft) })
                context.Announce("voided");
            return this with { AmountDue = 0 };
        }

        var due = this with { AmountDue = Math.Max(0, GrandTotal - AmountPaid) };
        if (InvoiceNumber is null)
            return due;

        var issued = due with
        {
            IssueDate = IssueDate ?? context.Today,
            DueDate = DueDate ?? (IssueDate ?? context.Today).AddDays(DaysToPay(PaymentTerms)),
        };
        issued = issued with { Status = issued.Payable(context) };
        if (before?.InvoiceNumber is null)
            context.Announce("issued");
        if (issued.Status == InvoiceStatus.Paid && before?.Status != InvoiceStatus.Paid)
            context.Announce("paid");
        return issued;
    }

    private InvoiceStatus Payable(WriteContext context) =>
        AmountDue == 0 ? InvoiceStatus.Paid
        : Status == InvoiceStatus.Overdue || (context.Action == Age && DueDate < context.Today) ? InvoiceStatus.Overdue
        : AmountPaid > 0 ? InvoiceStatus.PartiallyPaid
        : InvoiceStatus.Issued;

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

/// <summary>A line of the order, as it was agreed on, as far as it is invoiced.</summary>
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

    internal static InvoiceLine Of(SalesOrderLine line, decimal quantity, decimal net, decimal tax) => new()
    {
        LineId = line.Id,
        Sku = line.Sku,
        Name = line.Name ?? line.WriteInDescription,
        Quantity = quantity,
        Unit = line.Unit,
        UnitPrice = line.UnitPrice!.Value,
        Net = net,
        TaxPercent = line.TaxPercent,
        Tax = tax,
        Total = net + tax,
    };
}
