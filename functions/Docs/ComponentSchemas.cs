using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Crm.Entities;
using Crm.Entities.Schema;

namespace Crm.Docs;

/// <summary>
/// The schemas that the description names: of each collection a record as it is answered (<c>Contact</c>), as it is created (<c>NewContact</c>), as it is
/// patched (<c>ContactPatch</c>) and a page of them (<c>ContactPage</c>); of every type that fields, bodies and answers are made of.
/// </summary>
internal sealed class ComponentSchemas(CodeDocs docs)
{
    private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Type> _types = [];

    public IReadOnlyDictionary<string, JsonObject> All => _schemas;

    /// <summary>
    /// A record as it is answered. Only id and etag are sure to be there: null and absent are the same, <c>select</c> leaves out what was not asked for, and roles may
    /// hide fields.
    /// </summary>
    public string Record(EntityType type) => Named(Name(type), type.Record, fields => Described(fields.Open(type.Fields.Values.OrderBy(Order), ["id", "etag"]), docs.Summary(type.Record)));

    /// <summary>What a record is created of.</summary>
    public string Creation(EntityType type) => Named($"New{Name(type)}", type.Record, fields => fields.OfMembers(Writable(type)));

    /// <summary>A merge patch of a record.</summary>
    public string Patch(EntityType type) => Named($"{Name(type)}Patch", type.Record, fields => fields.OfPatch(Writable(type)));

    public string Page(EntityType type) => Named($"{Name(type)}Page", type.Record, _ => new JsonObject
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["value"] = new JsonObject { ["type"] = "array", ["items"] = Reference(Record(type)) },
            ["nextLink"] = new JsonObject { ["type"] = "string", ["format"] = "uri", ["description"] = "Where the next page is; absent from the last." },
            ["count"] = new JsonObject { ["type"] = "integer", ["description"] = "How many there are in all, where that was asked for." },
            ["countIsExact"] = new JsonObject { ["type"] = "boolean", ["description"] = "False where there are more than were counted." },
        },
        ["required"] = new JsonArray("value"),
    });

    /// <summary>The body of an action: the fields of these types.</summary>
    public string Body(Type body, Type? with)
    {
        var fields = SchemaReader.Read(body).Values.Where(field => !field.ServerSet);
        return Named(with is null ? body.Name : $"New{body.Name}", body, schemas => Described(schemas.OfMembers([.. fields, .. with is null ? [] : SchemaReader.Read(with).Values]), docs.Summary(body)));
    }

    /// <summary>What is answered as it is serialised.</summary>
    public JsonObject Answer(Type type) => new AnswerSchemas(this, docs).Of(type);

    /// <summary>Names a schema, and makes it where that has not been done.</summary>
    /// <exception cref="InvalidOperationException">Two types have one name.</exception>
    public string Named(string name, Type type, Func<NamedFields, JsonObject> schema)
    {
        if (_types.TryGetValue(name, out var known))
            return known == type ? name : throw new InvalidOperationException($"{known} and {type} are both called {name} in the API's description. Rename one.");

        _types[name] = type;
        _schemas[name] = schema(new NamedFields(this, docs));
        return name;
    }

    public static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    public static string Name(EntityType type) => ApiOperations.Pascal(type.Name);

    public static JsonObject Described(JsonObject schema, string? description)
    {
        if (description is not null)
            schema["description"] = description;
        return schema;
    }

    /// <summary>As records are serialised: what tells one from another comes first.</summary>
    private static int Order(Field field) => field.Property?.GetCustomAttribute<JsonPropertyOrderAttribute>()?.Order ?? 0;

    private static IEnumerable<Field> Writable(EntityType type) => type.Fields.Values.Where(field => !field.ServerSet);
}
