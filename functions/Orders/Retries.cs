using Crm.Platform;
using Microsoft.Azure.Cosmos;
using Polly;
using Polly.Retry;

namespace Crm.Orders;

/// <summary>Something that cannot be decided now and may be in a moment: others were in between, or the database was busy.</summary>
public sealed class UnsettledException(Error error) : Exception(error.Detail)
{
    public Error Error { get; } = error;
}

/// <summary>
/// Does again what failed for a reason that passes, waiting longer each time: about six seconds in all, well within the lock of a message. What still fails
/// then is thrown, and comes again with the message.
/// </summary>
public sealed class Retries(TimeProvider time)
{
    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder()
                .Handle<UnsettledException>()
                .Handle<HttpRequestException>()
                .Handle<CosmosException>(busy => (int)busy.StatusCode is 408 or 410 or 429 or 449 or 500 or 503),
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(50),
            MaxDelay = TimeSpan.FromSeconds(2),
            MaxRetryAttempts = 7,
            UseJitter = true,
        })
        .Build();

    /// <param name="work">May be done any number of times.</param>
    public Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellation) =>
        _pipeline.ExecuteAsync(async token => await work(token), cancellation).AsTask();

    /// <summary>The same, where a client waits: what is still unsettled is the answer; null where all is done.</summary>
    public async Task<Error?> TryAsync(Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        try
        {
            await RunAsync(work, cancellation);
            return null;
        }
        catch (UnsettledException unsettled)
        {
            return unsettled.Error;
        }
    }
}
