using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>What a customer orders. It can be changed as long as it is a draft; actions and workers move it on.</summary>
public sealed record SalesOrder : Entity
{
    /// <summary>Given when the order is confirmed.</summary>
    [ServerSet, Unique, Sortable] public string? OrderNumber { get; init; }

    [Reference("customers")] public required string CustomerId { get; init; }

    [Reference("contacts", OnDelete = OnDelete.SetNull)] public string? ContactId { get; init; }

    [Reference("opportunities")] public string? OpportunityId { get; init; }

    [Reference("campaigns")] public string? CampaignId { get; init; }

    /// <summary>What the customer calls the order.</summary>
    [Sortable] public string? CustomerReference { get; init; }

    /// <summary>By default, today where the tenant is.</summary>
    [Sortable] public DateOnly? OrderDate { get; init; }

    [Sortable] public DateOnly? RequestedDeliveryDate { get; init; }

    [Form(TextForm.Currency)] public required string Currency { get; init; }

    [Personal] public Address? BillingAddress { get; init; }

    [Personal] public Address? ShippingAddress { get; init; }

    public PaymentTerms? PaymentTerms { get; init; }

    public string? ShippingMethod { get; init; }

    [MaxLength(100)] public IReadOnlyList<SalesOrderLine> Lines { get; init; } = [];

    [Number(2, Min = 0, Max = 100)] public decimal? DiscountPercent { get; init; }

    [Number(4, Min = 0, Max = OrderRules.MaxAmount)] public decimal? DiscountAmount { get; init; }

    [Number(4, Min = 0, Max = OrderRules.MaxAmount)] public decimal? ShippingAmount { get; init; }

    /// <summary>Quantities × prices, before discounts.</summary>
    [ServerSet] public decimal Subtotal { get; init; }

    [ServerSet] public decimal LineDiscountTotal { get; init; }

    [ServerSet] public decimal OrderDiscountTotal { get; init; }

    /// <summary>Without tax.</summary>
    [ServerSet] public decimal ShippingTotal { get; init; }

    [ServerSet] public decimal TaxTotal { get; init; }

    [ServerSet, Sortable] public decimal GrandTotal { get; init; }

    [ServerSet, NotFilterable] public IReadOnlyList<TaxTotals> TaxBreakdown { get; init; } = [];

    [ServerSet, Sortable, Moves(
        "draft -> submitted by submit", "submitted -> confirmed by confirm", "submitted -> onHold by hold", "submitted -> rejected by reject",
        "onHold -> submitted by resubmit", "rejected -> draft by reopen", "confirmed -> completed by complete",
        "draft, submitted, onHold, confirmed -> cancelled by cancel")]
    public OrderStatus Status { get; init; } = OrderStatus.Draft;

    [ServerSet, Sortable] public OrderFulfillment Fulfillment { get; init; } = OrderFulfillment.Unfulfilled;

    [ServerSet, Sortable] public OrderPayment Payment { get; init; } = OrderPayment.Unpaid;

    [ServerSet, Sortable] public OrderInvoicing Invoicing { get; init; } = OrderInvoicing.NotInvoiced;

    [ServerSet] public string? RejectionReason { get; init; }

    [ServerSet] public string? CancelReason { get; init; }

    [ServerSet] public string? HoldReason { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? SubmittedAt { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? ConfirmedAt { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? CompletedAt { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? CancelledAt { get; init; }

    protected internal override Entity WithDefaults(WriteContext context) => this with { OrderDate = OrderDate ?? context.Today };

    protected internal override IEnumerable<RecordRef> Reads(WriteContext context)
    {
        var before = context.Before as SalesOrder;
        return Lines
            .Where(line => line.NeedsProduct(before?.Find(line.Id), before?.Currency != Currency))
            .Select(line => new RecordRef("products", line.ProductId!));
    }

    protected internal override Entity Complete(WriteContext context)
    {
        var before = context.Before as SalesOrder;
        if (RequestedDeliveryDate < OrderDate)
            context.Refuse("#/requestedDeliveryDate", "min", "must not be before orderDate");

        // What only the server sets need not be repeated by clients; an action may change it.
        var order = context.Action is not null ? this : this with { Lines = [.. Lines.Select(line => line.After(before?.Find(line.Id)))] };
        if (before is null || before.Status == OrderStatus.Draft)
            return OrderRules.Priced(order, before, context);

        if (context.Action is null)
            OrderRules.CheckFrozen(order, before, context);
        return order;
    }

    protected internal override string? WhyNotDelete() => Status == OrderStatus.Draft ? null : "Only drafts are deleted. Cancel the order instead.";

    internal SalesOrderLine? Find(string lineId) => Lines.FirstOrDefault(line => line.Id == lineId);
}
