namespace Crm.Platform.ChangeFeed;

/// <summary>
/// What every function on the change feed declares. A batch that throws is tried again for ever: change documents wait for 30 days. The times let the
/// feed go on within 20 seconds of a crash: the dead instance's lease runs out, and is looked for, well before.
/// </summary>
internal static class Feed
{
    public const string Database = "%Cosmos:Database%";
    public const string Connection = "Cosmos";

    /// <summary>Milliseconds, like the next three.</summary>
    public const int PollDelay = 1_000;

    public const int LeaseRenew = 5_000;
    public const int LeaseAcquire = 5_000;
    public const int LeaseExpiration = 15_000;

    public const int ForEver = -1;
    public const string RetryFrom = "00:00:01";
    public const string RetryUpTo = "00:01:00";
}
