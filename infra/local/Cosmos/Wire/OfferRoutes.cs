using System.Text.Json;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary><c>/offers</c>: what <c>ReadThroughputAsync</c> asks. A container has an offer when it was created with a throughput.</summary>
internal static class OfferRoutes
{
    public static WireResponse Answer(Catalog catalog, WireRequest request, string[] path)
    {
        var offers = catalog.Containers.Where(container => container.Throughput is not null);
        switch (request.Method, path)
        {
            case ("GET", []):
                return Feed([.. offers]);
            case ("GET", [var id]):
                return offers.FirstOrDefault(container => Id(container) == id) is { } found
                    ? Replies.Json(200, writer => Write(writer, found)).WithCharge(1)
                    : Replies.Missing($"offer '{id}'");
            case ("POST", []) when request.IsTrue(HeaderNames.IsQuery):
                return QueryRoutes.Run(request, "", "Offers", offers.Select(container => Replies.ToJson(writer => Write(writer, container))));
            default:
                throw RequestException.NotSupported("changes of throughput");
        }
    }

    private static WireResponse Feed(List<Container> containers) => Replies.Json(200, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("_rid", "");
        writer.WriteStartArray("Offers");
        foreach (var container in containers)
            Write(writer, container);
        writer.WriteEndArray();
        writer.WriteNumber("_count", containers.Count);
        writer.WriteEndObject();
    }).With(HeaderNames.ItemCount, $"{containers.Count}").WithCharge(2);

    private static string Id(Container container) => $"o{container.Number:x3}";

    private static void Write(Utf8JsonWriter writer, Container container)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Id(container));
        writer.WriteString("_rid", Id(container));
        writer.WriteString("_self", $"offers/{Id(container)}/");
        writer.WriteString("_etag", container.ETag);
        writer.WriteNumber("_ts", container.Timestamp);
        writer.WriteString("offerVersion", "V2");
        writer.WriteString("offerType", "Invalid");
        writer.WriteString("resource", container.SelfLink);
        writer.WriteString("offerResourceId", container.Rid);
        writer.WriteStartObject("content");
        writer.WriteNumber("offerThroughput", container.Throughput!.Value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
