using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Orders;

/// <summary>What becomes of an invoice. Done again, each answers the invoice as it is.</summary>
public sealed class InvoiceActions(EntityService entities, OrderEffects effects)
{
    /// <summary>Makes an invoice void of which nothing is paid: it keeps its number, and what was on it can be invoiced again.</summary>
    public async Task<Result<RecordReply>> VoidAsync(string id, string? reason, WriteOptions options, CancellationToken cancellation)
    {
        var acted = await entities.ActAsync<Invoice>(
            id, "void", options, present => present.Status == InvoiceStatus.Void || present.AmountPaid > 0 ? present : present with { Status = InvoiceStatus.Void, VoidReason = reason }, cancellation);
        if (acted.Failed)
            return acted;

        var invoice = (Invoice)acted.Value.Type.Deserialize(acted.Value.Data);
        if (invoice.Status != InvoiceStatus.Void)
            return new WrongState($"Of invoice {invoice.InvoiceNumber}, {invoice.AmountPaid:0.00##} {invoice.Currency} is paid: it can no longer be made void.");

        await effects.TryAsync<InvoiceOrder>((invoices, token) => invoices.FinishAsync(id, token), cancellation);
        return acted;
    }
}
