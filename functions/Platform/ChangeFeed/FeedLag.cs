using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Crm.Platform.Telemetry;

namespace Crm.Platform.ChangeFeed;

/// <summary>How far each function on the change feed has come.</summary>
public sealed class FeedLag
{
    private readonly ConcurrentDictionary<string, FeedPosition> _positions = new(StringComparer.Ordinal);

    public FeedLag() => CrmTelemetry.Meter.CreateObservableGauge(
        "crm.feed.lag",
        () => _positions.Select(position => new Measurement<double>(position.Value.Lag.TotalSeconds, new KeyValuePair<string, object?>("function", position.Key))),
        unit: "s",
        description: "From a change to when a function on the change feed was done with it, for the newest it has seen.");

    /// <summary>By function; one that has seen no change since the start is not there.</summary>
    public IReadOnlyDictionary<string, FeedPosition> Positions => _positions;

    /// <summary>A function is done with a batch.</summary>
    /// <param name="newest">When the newest change of it was made.</param>
    public void Done(string function, DateTimeOffset newest, DateTimeOffset now) => _positions.AddOrUpdate(
        function,
        _ => new FeedPosition(newest, now - newest),
        (_, known) => newest >= known.Newest ? new FeedPosition(newest, now - newest) : known);
}

/// <summary>Where a function stands in the feed.</summary>
/// <param name="Newest">When the newest change it is done with was made.</param>
/// <param name="Lag">How much later it was done with it.</param>
public readonly record struct FeedPosition(DateTimeOffset Newest, TimeSpan Lag);
