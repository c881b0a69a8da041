namespace Crm.Local.ServiceBus.Storage;

internal enum RowState
{
    Active = 0,
    Deferred = 1,
    Scheduled = 2,
}

/// <summary>A message without its body. Times are Unix milliseconds.</summary>
/// <param name="Due">When something happens to it by itself: its lock ends, it becomes active, it expires.</param>
/// <param name="Deliveries">How often it was handed out, the present lock included.</param>
internal sealed record MessageRow(
    long Id, long Queue, long Sequence, RowState State, bool IsLocked, long? Due, long Enqueued, long? TimeToLive, int Deliveries)
{
    public long? Expires => TimeToLive is { } life ? Enqueued + life : null;
}

/// <summary>A message on its way out: handed to a receiver, or shown to one that peeks.</summary>
internal sealed record Delivery(MessageRow Row, byte[] Message, Guid LockToken, long LockedUntil);

/// <summary>A message on its way in.</summary>
/// <param name="Scheduled">When it is to be enqueued, in Unix milliseconds; null for now.</param>
internal sealed record Submission(byte[] Message, TimeSpan TimeToLive, long? Scheduled);
