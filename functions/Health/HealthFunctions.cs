using Azure.Messaging.ServiceBus;
using Crm.Platform.Auth;
using Crm.Platform.Blobs;
using Crm.Platform.Cosmos;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Health;

/// <summary>How the app is.</summary>
/// <param name="Status"><c>ok</c> or <c>unavailable</c>.</param>
/// <param name="Backlog">What waits to be worked on, as far as it is known.</param>
/// <param name="RequestCharge">What this instance has cost since it started, in request units.</param>
public sealed record HealthReport(string Status, HealthParts Parts, Backlog? Backlog, double RequestCharge);

/// <summary>Each part is <c>ok</c>, or says what it is not.</summary>
public sealed record HealthParts(string Database, string Queues, string Files);

/// <summary>Whether requests can be served, part by part, and what waits to be worked on.</summary>
public sealed class HealthFunctions(CrmContainers containers, BacklogWatch backlog, BlobStore blobs, RequestChargeTotal charged)
{
    private const string Ok = "ok";

    /// <summary>Says whether requests can be served, part by part; 503 where none can. A part that only delays work does not make the whole unhealthy.</summary>
    [Function("Health"), Public]
    [Operation("readHealth"), Answers(200, typeof(HealthReport)), Answers(503, typeof(HealthReport))]
    public async Task<IResult> Health(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request, CancellationToken cancellation)
    {
        var files = blobs.ProbeAsync(cancellation);
        var database = await DatabaseAsync(cancellation);
        var healthy = database == Ok;
        var (queues, waiting) = healthy ? await BacklogAsync(cancellation) : ("unknown", null);
        var report = new HealthReport(healthy ? Ok : "unavailable", new HealthParts(database, queues, await files), waiting, Math.Round(charged.Sum, 2));
        return Results.Json(report, CrmJson.Options, statusCode: healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Keeps the metrics of the backlog young where nobody asks for the app's health.</summary>
    [Function("WatchBacklog")]
    public Task Watch([TimerTrigger("0 */5 * * * *")] TimerInfo timer, CancellationToken cancellation) => backlog.LatestAsync(cancellation);

    /// <summary>One point read of what need not exist: the cheapest proof that the database answers.</summary>
    private async Task<string> DatabaseAsync(CancellationToken cancellation)
    {
        try
        {
            var nowhere = new PartitionKeyBuilder().Add("health").Add("health").Add("health").Build();
            using var response = await containers.Records.ReadItemStreamAsync("health", nowhere, cancellationToken: cancellation);
            return (int)response.StatusCode is 404 or 200 ? Ok : $"answers {(int)response.StatusCode}";
        }
        catch (Exception unreachable) when (unreachable is CosmosException or HttpRequestException)
        {
            return "unreachable";
        }
    }

    private async Task<(string Queues, Backlog? Waiting)> BacklogAsync(CancellationToken cancellation)
    {
        try
        {
            return (Ok, await backlog.LatestAsync(cancellation));
        }
        catch (ServiceBusException unreachable)
        {
            return ($"answers {unreachable.Reason}", null);
        }
        catch (CosmosException busy)
        {
            return ($"unknown: the database answers {(int)busy.StatusCode}", null);
        }
    }
}
