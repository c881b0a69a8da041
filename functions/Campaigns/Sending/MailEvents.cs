using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Campaigns.Sending;

public enum MailEventType
{
    Delivered,

    /// <summary>It came back for good.</summary>
    Bounced,

    /// <summary>The recipient called it spam.</summary>
    Complained,
}

/// <summary>What a mail provider tells of a mail.</summary>
public sealed record MailEvent
{
    /// <summary>The mail's Message-ID, as it was sent: it names the recipient.</summary>
    public required string MessageId { get; init; }

    public required MailEventType Event { get; init; }

    /// <summary>When it happened; by default, when it was told.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>Writes to recipients what mail providers tell. Told again, it changes nothing. Scoped: the caller may change the campaign.</summary>
public sealed class MailEvents(EntityCatalog catalog, RecordStore records, Recipients recipients, SystemCalls system, CallContext call)
{
    private static readonly NotFound NoRecipient = new("No mail of a campaign has this Message-ID.");
    private static readonly Conflict BeingSent = new("The mail is still being sent.");

    /// <param name="toldAt">Where the event does not say when it happened.</param>
    /// <exception cref="InvalidOperationException">It could not be written now.</exception>
    public async Task<Result<RecipientKey>> WriteAsync(MailEvent told, DateTimeOffset toldAt, CancellationToken cancellation)
    {
        if (MailReference.Parse(told.MessageId) is not var (campaignId, recipientId))
            return NoRecipient;
        if (await RefusedAsync(campaignId, cancellation) is { } error)
            return error;

        var key = RecipientKey.Of(call.Caller.TenantId, campaignId, recipientId);
        if (await recipients.FindAsync(key, cancellation) is not { Recipient: { Address: { } address, Status: not (RecipientStatus.Skipped or RecipientStatus.Rejected or RecipientStatus.Failed) } recipient })
            return NoRecipient;

        // Providers can be faster than the answer to the sending is written down.
        if (recipient.IsOpen)
            return BeingSent;

        // The address first: cut short in between, the mark comes again and finds it there.
        if (told.Event != MailEventType.Delivered)
            await SuppressAsync(address, told.Event == MailEventType.Bounced ? SuppressionReason.HardBounce : SuppressionReason.Complaint, cancellation);

        await recipients.MarkAsync(key, MarkOf(told.Event), told.At ?? toldAt, cancellation);
        return key;
    }

    private async Task<Error?> RefusedAsync(string campaignId, CancellationToken cancellation)
    {
        var type = catalog.Of<Campaign>();
        if (await records.ReadLatestAsync(new RecordKey(call.Caller.TenantId, type.Collection, campaignId), cancellation) is not { IsTombstone: false } campaign
            || !call.Caller.Permissions.Allows(Right.Read, type.Collection, campaign.Data))
            return NoRecipient;

        return call.Caller.Permissions.Allows(Right.Update, type.Collection, campaign.Data) ? null : Forbidden.Lacking(Right.Update, $"this record of {type.Collection}");
    }

    /// <summary>That nothing more is sent to an address takes nobody's right.</summary>
    private Task<bool> SuppressAsync(string address, SuppressionReason reason, CancellationToken cancellation) =>
        system.RunAsync<Suppressions, bool>(call.Caller.TenantId, nameof(MailEvents), call.RequestId, call.TraceParent, async suppressions =>
        {
            await suppressions.AddAsync(address, reason, cancellation);
            return true;
        });

    private static RecipientMark MarkOf(MailEventType type) => type switch
    {
        MailEventType.Delivered => RecipientMark.Delivered,
        MailEventType.Bounced => RecipientMark.Bounced,
        _ => RecipientMark.Complained,
    };
}
