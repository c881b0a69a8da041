using Microsoft.Azure.Cosmos;

namespace Crm.Tests.Fixtures;

/// <summary>Counts the requests that the app sends to Cosmos.</summary>
internal sealed class RoundTrips
{
    private int _count;
    private int _queryPlans;

    /// <summary>Requests for data.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Requests in which the SDK has a query explained to it before it sends the query.</summary>
    public int QueryPlans => Volatile.Read(ref _queryPlans);

    public RequestHandler NewHandler() => new Counter(this);

    private sealed class Counter(RoundTrips trips) : RequestHandler
    {
        public override Task<ResponseMessage> SendAsync(RequestMessage request, CancellationToken cancellationToken)
        {
            var plan = request.Headers["x-ms-cosmos-is-query-plan-request"] is not null;
            Interlocked.Increment(ref plan ? ref trips._queryPlans : ref trips._count);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
