namespace Crm.Platform.Http;

/// <summary>How much one caller may ask for, from the section <c>Limits</c>. Counted per instance.</summary>
public sealed record RequestLimits
{
    public const string Section = "Limits";

    /// <summary>Requests of one caller in <see cref="BurstSeconds"/>; 0 for any number.</summary>
    public int BurstRequests { get; init; } = 100;

    public int BurstSeconds { get; init; } = 10;

    /// <summary>Requests of one tenant in a day; 0 for any number.</summary>
    public int DailyRequests { get; init; } = 50_000;

    public int BodyKilobytes { get; init; } = 1024;

    /// <summary>How deep the JSON of a body may be nested.</summary>
    public int JsonDepth { get; init; } = 32;

    internal bool IsValid => BurstRequests >= 0 && BurstSeconds is >= 1 and <= 3600 && DailyRequests >= 0 && BodyKilobytes is >= 16 and <= 10_240 && JsonDepth is >= 8 and <= 64;
}
