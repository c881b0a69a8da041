using System.Globalization;
using System.Text.Json;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary><c>/dbs</c> and <c>/dbs/{database}</c>.</summary>
internal sealed class DatabaseRoutes(StoreEngine engine)
{
    public async ValueTask<WireResponse> FeedAsync(WireRequest request)
    {
        if (request.IsTrue(HeaderNames.IsQuery))
            return QueryRoutes.Run(request, "", "Databases", engine.Catalog.Databases.Select(database => Replies.ToJson(writer => Write(writer, database))));
        if (request.Method == "GET")
            return List(engine.Catalog);
        if (request.Method != "POST")
            return Replies.Error(405, 0, "The method is not allowed for databases.");
        using var body = ContainerProperties.ParseObject(request.Body);
        var id = ContainerProperties.ReadId(body.RootElement);
        if (!await engine.ChangeCatalogAsync(session => CatalogOperations.CreateDatabase(session, id)))
            return Replies.Refused(Outcome.Conflict);
        return Describe(201, engine.Catalog.FindDatabase(id)!);
    }

    public async ValueTask<WireResponse> OneAsync(WireRequest request, Database database)
    {
        switch (request.Method)
        {
            case "GET":
                return Describe(200, database);
            case "DELETE":
                return await engine.ChangeCatalogAsync(session => CatalogOperations.DeleteDatabase(session, database))
                    ? new WireResponse(204).WithCharge(4.95)
                    : Replies.Missing($"database '{database.Id}'");
            default:
                return Replies.Error(405, 0, "The method is not allowed for a database.");
        }
    }

    private static WireResponse List(Catalog catalog)
    {
        var response = Replies.Json(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("_rid", "");
            writer.WriteStartArray("Databases");
            foreach (var database in catalog.Databases)
                Write(writer, database);
            writer.WriteEndArray();
            writer.WriteNumber("_count", catalog.Databases.Count);
            writer.WriteEndObject();
        });
        return response.With(HeaderNames.ItemCount, catalog.Databases.Count.ToString(CultureInfo.InvariantCulture)).WithCharge(2);
    }

    private static WireResponse Describe(int status, Database database) =>
        Replies.Json(status, writer => Write(writer, database)).With(HeaderNames.ETag, database.ETag).WithCharge(2);

    private static void Write(Utf8JsonWriter writer, Database database)
    {
        writer.WriteStartObject();
        writer.WriteString("id", database.Id);
        writer.WriteString("_rid", database.Rid);
        writer.WriteString("_self", $"dbs/{database.Rid}/");
        writer.WriteString("_etag", database.ETag);
        writer.WriteString("_colls", "colls/");
        writer.WriteString("_users", "users/");
        writer.WriteNumber("_ts", database.Timestamp);
        writer.WriteEndObject();
    }
}
