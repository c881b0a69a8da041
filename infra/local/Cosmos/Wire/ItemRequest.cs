using System.Text;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary>What item requests have in common: the key in the header, and what this store does not do with items.</summary>
internal static class ItemRequest
{
    private const string KeyMismatch =
        "PartitionKey extracted from document doesn't match the one specified in the header.";

    /// <summary>The full partition key of the header.</summary>
    /// <exception cref="RequestException">It is missing or does not fit the container.</exception>
    public static PartitionKey Key(WireRequest request, Container container) =>
        ReadKey(
            request.Header(HeaderNames.PartitionKey)
                ?? throw new RequestException(400, 0, $"The header {HeaderNames.PartitionKey} is required."),
            container);

    public static PartitionKey ReadKey(string text, Container container)
    {
        var key = Parse(text, container);
        return key.Levels == container.KeyPaths.Length
            ? key
            : throw new RequestException(
                400, 1001, $"The partition key must have {container.KeyPaths.Length} values, as the container has paths, and has {key.Levels}.");
    }

    /// <summary>A key that may stop at any level of a hierarchical one.</summary>
    public static PartitionKey Parse(string text, Container container)
    {
        // Header text is ASCII by definition of the protocol; a longer one than the service's 2 KB limit of keys is not looked at.
        var key = text.Length <= 16 * 1024 ? PartitionKey.Parse(Encoding.UTF8.GetBytes(text), container.Hierarchical) : null;
        if (key is null)
            throw new RequestException(400, 0, "The partition key in the header is not an array of values.");
        return key;
    }

    public static ItemBody Body(ReadOnlyMemory<byte> json, PartitionKey key, Container container)
    {
        var body = ItemBody.Parse(json, container);
        return body.Key.Encoded.AsSpan().SequenceEqual(key.Encoded) ? body : throw new RequestException(400, 1001, KeyMismatch);
    }

    public static void CheckSupported(WireRequest request)
    {
        if (request.Header("x-ms-documentdb-pre-trigger-include") is not null
            || request.Header("x-ms-documentdb-post-trigger-include") is not null)
            throw RequestException.NotSupported("triggers");
        if (request.Header("x-ms-indexing-directive") is { } directive && !directive.Equals("Default", StringComparison.OrdinalIgnoreCase))
            throw RequestException.NotSupported("indexing directives");
    }

    public static bool WantsMinimalAnswer(WireRequest request) =>
        string.Equals(request.Header(HeaderNames.Prefer), "return=minimal", StringComparison.OrdinalIgnoreCase);

    /// <summary>The answer to a write.</summary>
    public static WireResponse Answer(WireRequest request, Container container, Outcome outcome)
    {
        if (!outcome.Succeeded)
            return Replies.Refused(outcome).WithCharge(1).From(container);
        var item = outcome.Item!.Value;
        if (outcome.Status == 204)
            return new WireResponse(204).WithCharge(Charge(outcome)).From(container);
        var body = WantsMinimalAnswer(request) ? [] : item.ToJson(container);
        return new WireResponse(outcome.Status, body).With(HeaderNames.ETag, item.ETag).WithCharge(Charge(outcome)).From(container);
    }

    public static double Charge(Outcome outcome)
    {
        var bytes = outcome.Item?.Body.Length ?? 0;
        return outcome.Status switch
        {
            201 => RequestCharge.Create(bytes, outcome.IndexEntries),
            204 => RequestCharge.Delete(bytes),
            200 when outcome.Written => RequestCharge.Replace(bytes, outcome.IndexEntries),
            200 => RequestCharge.Read(bytes),
            _ => 1,
        };
    }
}
