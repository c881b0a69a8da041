using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary>The partition ranges of a container: always one.</summary>
internal static class PartitionRanges
{
    // The SDK asks again with this tag until it gets 304; without a tag it would ask for ever.
    private const string ETag = "\"1\"";

    public static WireResponse Answer(WireRequest request, Container container)
    {
        if (request.Method != "GET")
            throw RequestException.NotSupported("changes of partition ranges");
        if (request.Header(HeaderNames.IfNoneMatch) == ETag)
            return new WireResponse(304).With(HeaderNames.ETag, ETag).With(HeaderNames.ItemCount, "0").WithCharge(1);
        var rid = ResourceId.OfPartitionRange(container.RidBytes);
        var response = Replies.Json(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("_rid", container.Rid);
            writer.WriteStartArray("PartitionKeyRanges");
            writer.WriteStartObject();
            writer.WriteString("id", "0");
            writer.WriteString("minInclusive", "");
            writer.WriteString("maxExclusive", "FF");
            writer.WriteString("_rid", rid);
            writer.WriteString("_self", $"{container.SelfLink}pkranges/{rid}/");
            writer.WriteString("_etag", ETag);
            writer.WriteNumber("_ts", container.Timestamp);
            writer.WriteNumber("ridPrefix", 0);
            writer.WriteNumber("throughputFraction", 1);
            writer.WriteString("status", "online");
            writer.WriteStartArray("parents");
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteNumber("_count", 1);
            writer.WriteEndObject();
        });
        return response.With(HeaderNames.ETag, ETag).With(HeaderNames.ItemCount, "1").WithCharge(1);
    }
}
