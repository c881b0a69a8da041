using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;
using Crm.Entities.Writing;

namespace Crm.Entities.Types;

/// <summary>What a customer orders. It can be changed as long as it is a draft; actions and workers move it on.</summary>
public sealed record SalesOrder : Entity
{
    /// <summary>How many shipments, payments and invoices an order has at most.</summary>
    internal const int MaxParts = 200;

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

    /// <summary>In place of the customer's list; in the order's currency.</summary>
    [Reference("price-lists")] public string? PriceListId { get; init; }

    /// <summary>From the order's currency to the tenant's base currency on the order's date; absent while none is known, frozen at submit.</summary>
    [ServerSet, Number(8)] public decimal? ExchangeRate { get; init; }

    /// <summary>The customer's, where the order is submitted without.</summary>
    [Personal] public Address? BillingAddress { get; init; }

    /// <summary>The customer's, where the order is submitted without. Taxes are those of this place, else of the billing address.</summary>
    [Personal] public Address? ShippingAddress { get; init; }

    /// <summary>The customer's, where the order is submitted without.</summary>
    public PaymentTerms? PaymentTerms { get; init; }

    public string? ShippingMethod { get; init; }

    [MaxLength(100)] public IReadOnlyList<SalesOrderLine> Lines { get; init; } = [];

    [Number(2, Min = 0, Max = 100)] public decimal? DiscountPercent { get; init; }

    [Number(4, Min = 0, Max = OrderRules.MaxAmount)] public decimal? DiscountAmount { get; init; }

    [Number(4, Min = 0, Max = OrderRules.MaxAmount)] public decimal? ShippingAmount { get; init; }

    [Reference("tax-classes")] public string? ShippingTaxClassId { get; init; }

    /// <summary>Quantities × prices, before discounts.</summary>
    [ServerSet] public decimal Subtotal { get; init; }

    [ServerSet] public decimal LineDiscountTotal { get; init; }

    [ServerSet] public decimal OrderDiscountTotal { get; init; }

    /// <summary>Without tax.</summary>
    [ServerSet] public decimal ShippingTotal { get; init; }

    [ServerSet] public decimal TaxTotal { get; init; }

    [ServerSet, Sortable] public decimal GrandTotal { get; init; }

    /// <summary>In the tenant's base currency; absent while no exchange rate is known.</summary>
    [ServerSet, Sortable] public decimal? BaseGrandTotal { get; init; }

    [ServerSet, NotFilterable] public IReadOnlyList<TaxTotals> TaxBreakdown { get; init; } = [];

    [ServerSet, Sortable, Moves(
        "draft -> submitted by submit", "submitted -> confirmed, completed by confirm", "submitted -> onHold by hold", "submitted -> rejected by reject",
        "onHold -> submitted by resubmit", "rejected -> draft by reopen", "confirmed -> completed by ship", "confirmed -> completed by pay",
        "draft, submitted, onHold, confirmed -> cancelled by cancel")]
    public OrderStatus Status { get; init; } = OrderStatus.Draft;

    [ServerSet, Sortable] public OrderFulfillment Fulfillment { get; init; } = OrderFulfillment.Unfulfilled;

    [ServerSet, Sortable] public OrderPayment Payment { get; init; } = OrderPayment.Unpaid;

    [ServerSet, Sortable] public OrderInvoicing Invoicing { get; init; } = OrderInvoicing.NotInvoiced;

    /// <summary>What has been paid, in the order's currency, whatever was paid back.</summary>
    [ServerSet] public decimal PaidTotal { get; init; }

    /// <summary>What is promised and not yet captured.</summary>
    [ServerSet] public decimal AuthorizedTotal { get; init; }

    /// <summary>What was paid back.</summary>
    [ServerSet] public decimal RefundedTotal { get; init; }

    /// <summary>The shipments that the order counts. These lists only ever grow: what is in one of them has been done, and is not done again.</summary>
    [ServerSet, NotFilterable, MaxLength(MaxParts)] public IReadOnlyList<string> ShipmentIds { get; init; } = [];

    /// <summary>Those of them that came back.</summary>
    [ServerSet, NotFilterable, MaxLength(MaxParts)] public IReadOnlyList<string> ReturnedShipmentIds { get; init; } = [];

    /// <summary>The payments that the order counts.</summary>
    [ServerSet, NotFilterable, MaxLength(MaxParts)] public IReadOnlyList<string> PaymentIds { get; init; } = [];

    /// <summary>Payments that were promised first.</summary>
    [ServerSet, NotFilterable, MaxLength(MaxParts)] public IReadOnlyList<string> AuthorizedPaymentIds { get; init; } = [];

    /// <summary>Payments that the order never counts.</summary>
    [ServerSet, NotFilterable, MaxLength(MaxParts)] public IReadOnlyList<string> FailedPaymentIds { get; init; } = [];

    /// <summary>Counted payments that were paid back, in whole or in part.</summary>
    [ServerSet, NotFilterable, MaxLength(MaxParts)] public IReadOnlyList<string> RefundedPaymentIds { get; init; } = [];

    /// <summary>The order's invoices, in the order in which it was invoiced.</summary>
    [ServerSet, NotFilterable, MaxLength(MaxParts)] public IReadOnlyList<string> InvoiceIds { get; init; } = [];

    /// <summary>Those of them that are void.</summary>
    [ServerSet, NotFilterable, MaxLength(MaxParts)] public IReadOnlyList<string> VoidInvoiceIds { get; init; } = [];

    [ServerSet] public string? RejectionReason { get; init; }

    [ServerSet] public string? CancelReason { get; init; }

    [ServerSet] public string? HoldReason { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? SubmittedAt { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? ConfirmedAt { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? CompletedAt { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>The receipt of its processing; absent before it is submitted.</summary>
    [ServerSet, NotFilterable] public OrderProcessing? Processing { get; init; }

    protected internal override Entity WithDefaults(WriteContext context) => this with
    {
        OrderDate = OrderDate ?? context.Today,

        // What only the server sets need not be repeated by clients; an action may change it.
        Lines = !IsEdited(context) ? Lines : [.. Lines.Select(line => line.After((context.Before as SalesOrder)?.Find(line.Id)))],
    };

    protected internal override IEnumerable<RecordRef> Reads(WriteContext context)
    {
        if (!IsPriced(context))
            yield break;

        yield return new RecordRef("customers", CustomerId);
        if (PriceListId is not null)
            yield return new RecordRef("price-lists", PriceListId);
        foreach (var product in Lines.Select(line => line.ProductId).OfType<string>())
            yield return new RecordRef("products", product);
    }

    protected internal override Entity Complete(WriteContext context)
    {
        if (RequestedDeliveryDate < OrderDate)
            context.Refuse("#/requestedDeliveryDate", "min", "must not be before orderDate");

        var before = context.Before as SalesOrder;
        if (context.Provided<OrderTerms>() is { } terms)
            return OrderRules.Priced(this, before, terms, context).Moved(before, context);

        if (IsEdited(context) && before is { Status: not OrderStatus.Draft })
            OrderRules.CheckFrozen(this, before, context);
        return Moved(before, context);
    }

    /// <summary>What follows from quantities, payments and the state: the axes, times and events.</summary>
    private SalesOrder Moved(SalesOrder? before, WriteContext context)
    {
        if (IsEdited(context) || before is null || context.Errors.Count > 0)
            return this;

        return OrderMoves.Moved(this, before, context);
    }

    protected internal override string? WhyNotDelete() => Status == OrderStatus.Draft ? null : "Only drafts are deleted. Cancel the order instead.";

    /// <summary>Whether this write looks prices, taxes and rate up: a draft's whenever anything they follow from changes, and once more when it is submitted.</summary>
    internal bool IsPriced(WriteContext context) => context.Before is not SalesOrder before
        || (before.Status == OrderStatus.Draft && (Status == OrderStatus.Submitted || (Status == OrderStatus.Draft && !OrderRules.ArePricedAlike(this, before))));

    /// <summary>Whether people change the fields: then what only the server sets stays.</summary>
    private static bool IsEdited(WriteContext context) => context.Action is null or RecordWrites.Revert;

    internal SalesOrderLine? Find(string lineId) => Lines.FirstOrDefault(line => line.Id == lineId);
}
