using System.Text.Json.Nodes;
using Crm.Platform.Blobs;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Health;

/// <summary>Whether requests can be served, part by part. Without files everything else is.</summary>
public sealed class HealthFunctions(CrmContainers containers, BlobStore blobs)
{
    [Function("Health")]
    public async Task<IResult> Health(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request, CancellationToken cancellation)
    {
        var files = blobs.ProbeAsync(cancellation);
        var database = await DatabaseAsync(cancellation);
        var healthy = database == "ok";
        var report = new JsonObject { ["status"] = healthy ? "ok" : "unavailable", ["parts"] = new JsonObject { ["database"] = database, ["files"] = await files } };
        return Results.Json(report, CrmJson.Options, statusCode: healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>One point read of what need not exist: the cheapest proof that the database answers.</summary>
    private async Task<string> DatabaseAsync(CancellationToken cancellation)
    {
        try
        {
            var nowhere = new PartitionKeyBuilder().Add("health").Add("health").Add("health").Build();
            using var response = await containers.Records.ReadItemStreamAsync("health", nowhere, cancellationToken: cancellation);
            return (int)response.StatusCode is 404 or 200 ? "ok" : $"answers {(int)response.StatusCode}";
        }
        catch (Exception unreachable) when (unreachable is CosmosException or HttpRequestException)
        {
            return "unreachable";
        }
    }
}
