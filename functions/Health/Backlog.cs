namespace Crm.Health;

/// <summary>What waits to be worked on, at a moment.</summary>
/// <param name="Feed">By function on the change feed.</param>
/// <param name="Queues">By queue.</param>
public sealed record Backlog(DateTimeOffset MeasuredAt, IReadOnlyDictionary<string, FeedBacklog> Feed, IReadOnlyDictionary<string, QueueBacklog> Queues);

/// <summary>How far a function on the change feed is behind.</summary>
/// <param name="Changes">How many documents it has yet to be shown, estimated by the leases; null before it has any lease.</param>
/// <param name="LagSeconds">How long after the newest change this instance was done with it; null where this instance has handled none.</param>
public sealed record FeedBacklog(long? Changes, double? LagSeconds);

/// <summary>What waits in a queue.</summary>
/// <param name="OldestSeconds">The age of the message that has waited longest, locked ones included; 0 when there is none.</param>
/// <param name="DeadLetters">How many dead letters there are; <see cref="MeasureBacklog.MostDeadLetters"/> stands for that many or more.</param>
public sealed record QueueBacklog(double OldestSeconds, int DeadLetters);
