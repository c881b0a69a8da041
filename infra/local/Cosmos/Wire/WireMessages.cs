namespace Crm.Local.Cosmos.Wire;

/// <summary>A request, whatever carried it.</summary>
/// <param name="rawPath">The path as sent, percent-encoding intact, without the query string.</param>
/// <param name="endpoint">The address the client reached the store at; the account document points back to it.</param>
internal abstract class WireRequest(string method, string rawPath, Uri endpoint, ReadOnlyMemory<byte> body)
{
    public string Method => method;

    public string RawPath => rawPath;

    public Uri Endpoint => endpoint;

    public ReadOnlyMemory<byte> Body => body;

    public abstract string? Header(string name);

    public bool IsTrue(string name) => string.Equals(Header(name), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it says so: absent is neither.</summary>
    public bool IsFalse(string name) => string.Equals(Header(name), "false", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A response on its way to the client.</summary>
internal sealed class WireResponse(int status, ReadOnlyMemory<byte> body = default)
{
    public int Status => status;

    public ReadOnlyMemory<byte> Body => body;

    public string ContentType { get; init; } = "application/json";

    public List<(string Name, string Value)> Headers { get; } = new(12);

    public WireResponse With(string name, string value)
    {
        Headers.Add((name, value));
        return this;
    }
}

/// <summary>Header names of the protocol.</summary>
internal static class HeaderNames
{
    public const string ActivityId = "x-ms-activity-id";
    public const string RetryAfter = "x-ms-retry-after-ms";
    public const string Autoscale = "x-ms-cosmos-offer-autopilot-settings";
    public const string BatchAtomic = "x-ms-cosmos-batch-atomic";
    public const string BatchContinueOnError = "x-ms-cosmos-batch-continue-on-error";
    public const string BatchRequest = "x-ms-cosmos-is-batch-request";
    public const string Charge = "x-ms-request-charge";
    public const string Continuation = "x-ms-continuation";
    public const string CrossPartition = "x-ms-documentdb-query-enablecrosspartition";
    public const string EndEpk = "x-ms-end-epk";
    public const string ETag = "etag";
    public const string IfMatch = "If-Match";
    public const string IfModifiedSince = "If-Modified-Since";
    public const string IfNoneMatch = "If-None-Match";
    public const string IncrementalMode = "A-IM";
    public const string IsQuery = "x-ms-documentdb-isquery";
    public const string IsUpsert = "x-ms-documentdb-is-upsert";
    public const string ItemCount = "x-ms-item-count";
    public const string Lsn = "lsn";
    public const string MaxItemCount = "x-ms-max-item-count";
    public const string PartitionKey = "x-ms-documentdb-partitionkey";
    public const string PartitionRangeId = "x-ms-documentdb-partitionkeyrangeid";
    public const string Prefer = "Prefer";
    public const string QueryPlanRequest = "x-ms-cosmos-is-query-plan-request";
    public const string SessionToken = "x-ms-session-token";
    public const string StartEpk = "x-ms-start-epk";
    public const string SubStatus = "x-ms-substatus";
    public const string Throughput = "x-ms-offer-throughput";
}
