using System.Collections.Concurrent;

namespace Crm.Webhooks;

/// <summary>
/// How many deliveries are under way at once on this instance: few to one endpoint, and to all the slow ones together no more than half of what the host has at
/// once. So a slow receiver keeps its own events waiting, and any number of them leave room for those that are not.
/// </summary>
public sealed class EndpointSlots(TimeProvider time) : IDisposable
{
    /// <summary>Of the host's 16 messages at once.</summary>
    private const int AtOnce = 3;

    private const int SlowAtOnce = 8;

    /// <summary>An endpoint that takes longer to answer is slow.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    /// <summary>A receiver that answers at all frees a slot in less.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<string, Endpoint> _endpoints = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _slow = new(SlowAtOnce);

    private sealed class Endpoint
    {
        public SemaphoreSlim Slots { get; } = new(AtOnce);

        /// <summary>Until it has shown that it is not.</summary>
        public volatile bool IsSlow = true;
    }

    /// <summary>Null where all are taken; otherwise to be disposed of at the end.</summary>
    public async Task<IDisposable?> TakeAsync(string webhookId, CancellationToken cancellation)
    {
        var endpoint = _endpoints.GetOrAdd(webhookId, static _ => new Endpoint());
        if (!await endpoint.Slots.WaitAsync(Patience, cancellation))
            return null;

        var among = endpoint.IsSlow ? _slow : null;
        if (among is null || await among.WaitAsync(Patience, cancellation))
            return new Slot(endpoint, among, time);

        endpoint.Slots.Release();
        return null;
    }

    public void Dispose() => _slow.Dispose();

    private sealed class Slot(Endpoint endpoint, SemaphoreSlim? among, TimeProvider time) : IDisposable
    {
        private readonly long _taken = time.GetTimestamp();

        public void Dispose()
        {
            endpoint.IsSlow = time.GetElapsedTime(_taken) > Slow;
            among?.Release();
            endpoint.Slots.Release();
        }
    }
}
