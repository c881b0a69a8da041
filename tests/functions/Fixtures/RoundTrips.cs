using Microsoft.Azure.Cosmos;

namespace Crm.Tests.Fixtures;

/// <summary>Counts the requests that the app sends to Cosmos.</summary>
internal sealed class RoundTrips
{
    private int _count;
    private int _queryPlans;
    private int _accessLooks;

    /// <summary>Requests for data.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Requests in which the SDK has a query explained to it before it sends the query.</summary>
    public int QueryPlans => Volatile.Read(ref _queryPlans);

    /// <summary>Looks at whether a tenant's access has changed: one in five seconds, whichever request it falls to.</summary>
    public int AccessLooks => Volatile.Read(ref _accessLooks);

    public RequestHandler NewHandler() => new Counter(this);

    private sealed class Counter(RoundTrips trips) : RequestHandler
    {
        public override Task<ResponseMessage> SendAsync(RequestMessage request, CancellationToken cancellationToken)
        {
            var plan = request.Headers["x-ms-cosmos-is-query-plan-request"] is not null;
            var look = request.RequestUri.OriginalString.EndsWith("/docs/access", StringComparison.Ordinal);
            Interlocked.Increment(ref plan ? ref trips._queryPlans : ref look ? ref trips._accessLooks : ref trips._count);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
