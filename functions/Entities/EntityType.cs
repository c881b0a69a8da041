using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crm.Entities.Schema;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Entities;

/// <summary>One kind of record: its names and its fields. Everything generic works from this.</summary>
public sealed partial class EntityType
{
    private readonly Lazy<IReadOnlyDictionary<string, Field>> _fields;
    private readonly ConditionalWeakTable<IReadOnlySet<string>, EntityType> _views = [];
    private readonly Lazy<IReadOnlyList<ReferencePath>> _references;

    private EntityType(Type record, string collection, string name, bool exposed, string? madeBy, IReadOnlySet<string>? hidden = null)
    {
        MadeBy = madeBy;
        Record = record;
        Collection = collection;
        Name = name;
        Exposed = exposed;
        IsView = hidden is not null;
        _fields = new(() => hidden is null ? SchemaReader.Read(record) : SchemaReader.Read(record).Where(field => !hidden.Contains(field.Key)).ToDictionary(StringComparer.Ordinal));
        UniqueTogether = [.. record.GetCustomAttributes<UniqueTogetherAttribute>().Select(together => together.Fields)];
        _references = new(() => [.. ReferencePath.Find(_fields.Value)]);
    }

    /// <summary>The record type, a subtype of <see cref="Entity"/>.</summary>
    public Type Record { get; }

    /// <summary>Plural kebab-case: the path segment, and the name wherever data names a type.</summary>
    public string Collection { get; }

    /// <summary>Singular kebab-case: the first part of its event types.</summary>
    public string Name { get; }

    /// <summary>Whether the generic routes serve it.</summary>
    public bool Exposed { get; }

    /// <summary>The action that alone makes its records, as a route; null where the generic route does.</summary>
    public string? MadeBy { get; }

    /// <summary>Whether fields are missing that the caller may not see.</summary>
    public bool IsView { get; }

    /// <summary>By JSON name. Read at first use: a cold start pays for the entities it serves only.</summary>
    public IReadOnlyDictionary<string, Field> Fields => _fields.Value;

    /// <summary>Sets of fields whose values no two live records share.</summary>
    public IReadOnlyList<IReadOnlyList<string>> UniqueTogether { get; }

    /// <summary>Every place in a record that refers to another.</summary>
    public IReadOnlyList<ReferencePath> References => _references.Value;

    /// <summary>Declares an entity.</summary>
    /// <param name="collection">Plural kebab-case.</param>
    /// <param name="name">Singular kebab-case; by default the record's name.</param>
    /// <param name="exposed">False for what has no generic routes.</param>
    /// <param name="madeBy">The route of the action that alone makes its records.</param>
    public static EntityType Of<T>(string collection, string? name = null, bool exposed = true, string? madeBy = null) where T : Entity =>
        new(typeof(T), collection, name ?? WordBoundary().Replace(typeof(T).Name, "-").ToLowerInvariant(), exposed, madeBy);

    /// <summary>The entity as a caller sees it: what they may not read is no field of it.</summary>
    internal EntityType SeenBy(Caller caller) => SeenBy(caller.Permissions);

    /// <inheritdoc cref="SeenBy(Caller)"/>
    internal EntityType SeenBy(Permissions permissions)
    {
        var hidden = permissions.Hidden(Collection);
        return hidden.Count == 0 ? this : _views.GetValue(hidden, hidden => new EntityType(Record, Collection, Name, Exposed, MadeBy, hidden));
    }

    /// <summary>Whether a record cannot be without this reference. An element of a list can always go.</summary>
    public bool IsRequired(ReferencePath path)
    {
        var fields = Fields;
        var required = true;
        foreach (var step in path.Steps.TakeWhile(step => step != "[]"))
        {
            required &= fields[step].Required;
            fields = fields[step].Fields;
        }

        return required && !path.Steps.Contains("[]");
    }

    internal Entity Deserialize(JsonNode data) => (Entity)data.Deserialize(Record, CrmJson.Options)!;

    internal Entity Deserialize(JsonElement data) => (Entity)data.Deserialize(Record, CrmJson.Options)!;

    internal JsonObject Serialize(Entity entity) => (JsonObject)JsonSerializer.SerializeToNode(entity, Record, CrmJson.Options)!;

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordBoundary();
}
