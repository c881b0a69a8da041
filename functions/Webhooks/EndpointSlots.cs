using System.Collections.Concurrent;

namespace Crm.Webhooks;

/// <summary>How many deliveries to one endpoint are under way at once on this instance: a slow receiver keeps its own events waiting, and nobody else's.</summary>
public sealed class EndpointSlots
{
    /// <summary>Of the host's 16 messages at once.</summary>
    private const int AtOnce = 3;

    /// <summary>A receiver that answers at all frees a slot in less.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _slots = new(StringComparer.Ordinal);

    /// <summary>Null where all are taken; otherwise to be disposed of at the end.</summary>
    public async Task<IDisposable?> TakeAsync(string webhookId, CancellationToken cancellation)
    {
        var slots = _slots.GetOrAdd(webhookId, static _ => new SemaphoreSlim(AtOnce));
        return await slots.WaitAsync(Patience, cancellation) ? new Slot(slots) : null;
    }

    private sealed class Slot(SemaphoreSlim slots) : IDisposable
    {
        public void Dispose() => slots.Release();
    }
}
