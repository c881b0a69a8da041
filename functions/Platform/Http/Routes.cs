namespace Crm.Platform.Http;

/// <summary>
/// The generic routes. The host takes the first route that matches by function name, not the most literal one, so routes are kept disjoint:
/// one and two segments after <c>api/v1</c> are generic, operations are longer.
/// </summary>
public static class Routes
{
    private const string Entity = "{entity:regex(^[a-z][a-z-]*$)}";

    public const string Collection = "api/v1/" + Entity;
    public const string Record = "api/v1/" + Entity + "/{id}";

    public const string RecordHistory = Record + "/history";
    public const string Restore = Record + "/restore";
    public const string Revert = Record + "/revert";

    public const string HistoryChanges = "history/changes";
    public const string HistoryVerify = "history/verify";

    public const string Schemas = "schemas";
    public const string Schema = "schemas/" + Entity;

    public static string CollectionPath(string collection) => $"/api/v1/{collection}";

    public static string SchemaPath(string collection) => $"/schemas/{collection}";

    public static string RecordPath(string collection, string id) => $"/api/v1/{collection}/{id}";
}
