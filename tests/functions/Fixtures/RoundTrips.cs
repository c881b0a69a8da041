using Microsoft.Azure.Cosmos;

namespace Crm.Tests.Fixtures;

/// <summary>Counts the requests that the app sends to Cosmos.</summary>
internal sealed class RoundTrips
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public RequestHandler NewHandler() => new Counter(this);

    private sealed class Counter(RoundTrips trips) : RequestHandler
    {
        public override Task<ResponseMessage> SendAsync(RequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref trips._count);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
