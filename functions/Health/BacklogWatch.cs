using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Crm.Platform.Telemetry;

namespace Crm.Health;

/// <summary>The latest <see cref="Backlog"/>: shown in metrics, and measured again only when it has aged, however often it is asked for.</summary>
public sealed class BacklogWatch : IDisposable
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(10);

    private readonly MeasureBacklog _measure;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _one = new(1);
    private Backlog? _latest;

    public BacklogWatch(MeasureBacklog measure, TimeProvider time)
    {
        (_measure, _time) = (measure, time);
        var meter = CrmTelemetry.Meter;
        meter.CreateObservableGauge("crm.feed.backlog", Feed, "{change}", "Documents that a function on the change feed has yet to be shown.");
        meter.CreateObservableGauge("crm.queue.age", () => Queue(queue => queue.OldestSeconds), "s", "The age of the message that has waited longest.");
        meter.CreateObservableGauge("crm.queue.dead_letters", () => Queue(queue => queue.DeadLetters), "{message}", "Messages in the dead-letter queue, counted up to 100.");
    }

    /// <summary>What waits, as it was at most ten seconds ago.</summary>
    public async Task<Backlog> LatestAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            return _latest is { } latest && _time.GetUtcNow() - latest.MeasuredAt < Age ? latest : _latest = await _measure.RunAsync(cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private IEnumerable<Measurement<long>> Feed() =>
        from function in _latest?.Feed ?? FrozenDictionary<string, FeedBacklog>.Empty
        let changes = function.Value.Changes
        where changes is not null
        select new Measurement<long>(changes.GetValueOrDefault(), new KeyValuePair<string, object?>("function", function.Key));

    private IEnumerable<Measurement<double>> Queue(Func<QueueBacklog, double> value) =>
        from queue in _latest?.Queues ?? FrozenDictionary<string, QueueBacklog>.Empty
        select new Measurement<double>(value(queue.Value), new KeyValuePair<string, object?>("queue", queue.Key));
}
