using System.Globalization;
using System.Text.Json;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary><c>/dbs/{database}/colls</c> and <c>/dbs/{database}/colls/{container}</c>.</summary>
internal sealed class ContainerRoutes(StoreEngine engine)
{
    public async ValueTask<WireResponse> FeedAsync(WireRequest request, Database database)
    {
        if (request.IsTrue(HeaderNames.IsQuery))
            return QueryRoutes.Run(request, database.Rid, "DocumentCollections", Containers(database).Select(container => Replies.ToJson(writer => Write(writer, container))));
        if (request.Method == "GET")
            return List(database);
        if (request.Method != "POST")
            return Replies.Error(405, 0, "The method is not allowed for containers.");
        if (request.Header(HeaderNames.Autoscale) is not null)
            throw RequestException.NotSupported("autoscale throughput");
        var (id, properties) = ContainerProperties.Parse(request.Body);
        var throughput = int.TryParse(request.Header(HeaderNames.Throughput), NumberStyles.None, CultureInfo.InvariantCulture, out var units)
            ? units
            : (int?)null;
        if (!await engine.ChangeCatalogAsync(session => CatalogOperations.CreateContainer(session, database, id, properties, throughput)))
            return Replies.Refused(Outcome.Conflict);
        return engine.Catalog.FindContainer(database, id) is { } container
            ? Describe(201, container)
            : Replies.Refused(Outcome.NoContainer);
    }

    public async ValueTask<WireResponse> OneAsync(WireRequest request, Container container)
    {
        switch (request.Method)
        {
            case "GET":
                return Describe(200, container);
            case "PUT":
                if (request.Header(HeaderNames.IfMatch) is { } tag && tag != "*" && tag != container.ETag)
                    return Replies.Refused(Outcome.Stale);
                var (id, properties) = ContainerProperties.Parse(request.Body);
                ContainerProperties.CheckReplacement(container, id, properties);
                if (!await engine.ChangeCatalogAsync(session => CatalogOperations.ReplaceContainer(session, container, properties)))
                    return Replies.Missing($"container '{container.Id}'");
                return Describe(200, engine.Catalog.FindContainer(container.Database, container.Rid) ?? container);
            case "DELETE":
                return await engine.ChangeCatalogAsync(session => CatalogOperations.DeleteContainer(session, container))
                    ? new WireResponse(204).WithCharge(4.95)
                    : Replies.Missing($"container '{container.Id}'");
            default:
                return Replies.Error(405, 0, "The method is not allowed for a container.");
        }
    }

    private IEnumerable<Container> Containers(Database database) =>
        engine.Catalog.Containers.Where(container => container.Database.Number == database.Number);

    private WireResponse List(Database database)
    {
        var containers = Containers(database).ToList();
        var response = Replies.Json(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("_rid", database.Rid);
            writer.WriteStartArray("DocumentCollections");
            foreach (var container in containers)
                Write(writer, container);
            writer.WriteEndArray();
            writer.WriteNumber("_count", containers.Count);
            writer.WriteEndObject();
        });
        return response.With(HeaderNames.ItemCount, containers.Count.ToString(CultureInfo.InvariantCulture)).WithCharge(2);
    }

    private static WireResponse Describe(int status, Container container) =>
        Replies.Json(status, writer => Write(writer, container)).With(HeaderNames.ETag, container.ETag).WithCharge(2).From(container);

    private static void Write(Utf8JsonWriter writer, Container container)
    {
        using var properties = JsonDocument.Parse(container.Properties);
        writer.WriteStartObject();
        foreach (var property in properties.RootElement.EnumerateObject())
            property.WriteTo(writer);
        writer.WriteString("_rid", container.Rid);
        writer.WriteString("_self", container.SelfLink);
        writer.WriteString("_etag", container.ETag);
        writer.WriteNumber("_ts", container.Timestamp);
        foreach (var child in (string[])["docs", "sprocs", "triggers", "udfs", "conflicts"])
            writer.WriteString("_" + child, child + "/");
        writer.WriteEndObject();
    }
}
