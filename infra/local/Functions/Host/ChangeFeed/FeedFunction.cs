using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Invocation;
using Crm.Local.Functions.Startup;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Functions.ChangeFeed;

/// <summary>
/// One function on a change feed. The extension's ways: a batch whose function fails, after its retries if it has any, is logged and left
/// behind; one whose function is cancelled because the host stops is not checkpointed and comes again.
/// </summary>
internal sealed partial class FeedFunction(LocalFunction function, FeedSource source, FunctionRetries functions, ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private ChangeFeedProcessor? _processor;

    public async Task StartAsync(CosmosConnections connections)
    {
        try
        {
            var leases = await source.LeasesAsync(connections.Client(source.LeaseConnection, source.Regions));
            var monitored = connections.Client(source.Connection, source.Regions).GetContainer(source.Database, source.Container);
            var processor = source.Configure(monitored.GetChangeFeedProcessorBuilder(source.Prefix, ProcessAsync))
                .WithErrorNotification(ReportAsync)
                .WithInstanceName(Guid.NewGuid().ToString())
                .WithLeaseContainer(leases)
                .Build();
            await processor.StartAsync();
            _processor = processor;
        }
        catch (CosmosException e) when (e.StatusCode is HttpStatusCode.NotFound)
        {
            throw new StartException(
                $"Function '{function.Name}': either the source container '{source.Container}' (in database '{source.Database}') or the lease container '{source.LeaseContainer}' (in database '{source.LeaseDatabase}') does not exist. "
                + "Both must exist before the listener starts. To have the lease container created, set CreateLeaseContainerIfNotExists to true.", e);
        }
        catch (CosmosException e)
        {
            throw new StartException($"Function '{function.Name}' cannot read the change feed of {source.Database}/{source.Container}: the database answers {(int)e.StatusCode}, {e.ResponseBody}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new StartException($"Function '{function.Name}' cannot read the change feed of {source.Database}/{source.Container}: {e.Message}", e);
        }
    }

    public async Task StopAsync(CancellationToken deadline)
    {
        await _stopping.CancelAsync();
        if (_processor is null) return;
        try
        {
            await _processor.StopAsync().WaitAsync(deadline);
        }
        catch (Exception e) when (e is CosmosException or OperationCanceledException)
        {
            Log.NotStopped(logger, e, function.Name);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task ProcessAsync(ChangeFeedProcessorContext context, Stream page, CancellationToken cancellation)
    {
        var batch = FeedBatch.Read(page);
        if (!await functions.RunAsync(function, batch.Json, _stopping.Token)) Log.Skipped(logger, function.Name, batch.Count, context.LeaseToken);
        _stopping.Token.ThrowIfCancellationRequested();
    }

    private Task ReportAsync(string lease, Exception exception)
    {
        switch (exception)
        {
            case ChangeFeedProcessorUserException when _stopping.IsCancellationRequested:
                break;
            case CosmosException { StatusCode: HttpStatusCode.PreconditionFailed }:
                Log.LeaseLost(logger, function.Name, lease);
                break;
            case CosmosException { StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.ServiceUnavailable }:
                Log.Unreachable(logger, exception, function.Name, lease);
                break;
            default:
                Log.Failed(logger, exception, function.Name, lease);
                break;
        }

        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Function '{FunctionName}' failed on {Count} changes of lease {Lease}; they are skipped")]
        public static partial void Skipped(ILogger logger, string functionName, int count, string lease);

        [LoggerMessage(2, LogLevel.Information, "Function '{FunctionName}': lease {Lease} went to another instance")]
        public static partial void LeaseLost(ILogger logger, string functionName, string lease);

        [LoggerMessage(3, LogLevel.Warning, "Function '{FunctionName}': lease {Lease} has transient connectivity issues")]
        public static partial void Unreachable(ILogger logger, Exception exception, string functionName, string lease);

        [LoggerMessage(4, LogLevel.Error, "Function '{FunctionName}': lease {Lease} failed")]
        public static partial void Failed(ILogger logger, Exception exception, string functionName, string lease);

        [LoggerMessage(5, LogLevel.Warning, "Function '{FunctionName}' did not stop in time; its batch comes again")]
        public static partial void NotStopped(ILogger logger, Exception exception, string functionName);
    }
}
