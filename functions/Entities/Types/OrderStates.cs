namespace Crm.Entities.Types;

/// <summary>Where an order is on its way.</summary>
public enum OrderStatus
{
    Draft,
    Submitted,
    Confirmed,
    OnHold,
    Rejected,
    Cancelled,
    Completed,
}

/// <summary>What follows from the quantities of its lines.</summary>
public enum OrderFulfillment
{
    Unfulfilled,
    Reserved,
    Partial,
    Fulfilled,
    Returned,
}

/// <summary>What follows from its payments.</summary>
public enum OrderPayment
{
    Unpaid,
    Authorized,
    Partial,
    Paid,
    PartiallyRefunded,
    Refunded,
}

/// <summary>What follows from its invoices.</summary>
public enum OrderInvoicing
{
    NotInvoiced,
    Partial,
    Invoiced,
}
