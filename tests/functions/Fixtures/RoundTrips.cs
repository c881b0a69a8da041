using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Crm.Tests.Fixtures;

/// <summary>Counts what the app asks of Cosmos to answer requests; what the change feed has it do meanwhile is not counted.</summary>
internal sealed class RoundTrips
{
    private static readonly AsyncLocal<bool> InRequest = new();

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

    internal sealed class OfRequests : IFunctionsWorkerMiddleware
    {
        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            InRequest.Value = context.GetHttpContext() is not null;
            return next(context);
        }
    }

    private sealed class Counter(RoundTrips trips) : RequestHandler
    {
        public override Task<ResponseMessage> SendAsync(RequestMessage request, CancellationToken cancellationToken)
        {
            var plan = request.Headers["x-ms-cosmos-is-query-plan-request"] is not null;
            var look = request.RequestUri.OriginalString.EndsWith("/docs/access", StringComparison.Ordinal);
            if (InRequest.Value)
                Interlocked.Increment(ref plan ? ref trips._queryPlans : ref look ? ref trips._accessLooks : ref trips._count);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
