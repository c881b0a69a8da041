namespace Crm.Platform.Http;

/// <summary>Header names of this API that no standard constant has.</summary>
internal static class HeaderNames
{
    public const string RequestId = "X-Request-Id";
    public const string RequestCost = "X-Request-Cost";
    public const string ApiVersion = "Api-Version";
    public const string ConsistencyToken = "Consistency-Token";
    public const string IdempotencyKey = "Idempotency-Key";
    public const string IdempotentReplayed = "Idempotent-Replayed";

    // Standard Webhooks.
    public const string WebhookId = "webhook-id";
    public const string WebhookTimestamp = "webhook-timestamp";
    public const string WebhookSignature = "webhook-signature";

    /// <summary>RFC 9530.</summary>
    public const string ReprDigest = "Repr-Digest";
}

/// <summary>Media types of bodies.</summary>
internal static class MediaTypes
{
    public const string Any = "*/*";
    public const string CloudEvent = "application/cloudevents+json";
    public const string Json = "application/json";
    public const string Form = "application/x-www-form-urlencoded";
    public const string Html = "text/html";
    public const string JavaScript = "text/javascript";
    public const string JsonSchema = "application/schema+json";
    public const string MergePatch = "application/merge-patch+json";
}
