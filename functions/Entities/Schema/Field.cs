using System.Reflection;

namespace Crm.Entities.Schema;

/// <summary>What kind of JSON value a field holds.</summary>
public enum FieldKind
{
    Text,
    Select,
    Integer,
    Decimal,
    Boolean,
    Date,
    DateTime,
    Object,
    List,

    /// <summary>Any JSON object: the custom fields.</summary>
    Json,
}

/// <summary>The reference a field holds: an id where there is one collection, a <see cref="RecordLink"/> where there may be several.</summary>
public sealed record Reference(IReadOnlyList<string> Collections, OnDelete OnDelete, bool Acyclic);

/// <summary>One field of an entity, read once from its record: what validation, queries and the schema documents know of it.</summary>
public sealed record Field
{
    /// <summary>As in JSON.</summary>
    public required string Name { get; init; }

    public required FieldKind Kind { get; init; }

    /// <summary>What it was read from; null for what a list holds.</summary>
    public PropertyInfo? Property { get; init; }

    /// <summary>A create without it is refused.</summary>
    public bool Required { get; init; }

    public bool ServerSet { get; init; }

    public bool Unique { get; init; }

    public bool Sortable { get; init; }

    /// <summary>Absent from records that have no value for it.</summary>
    public bool Optional { get; init; }

    /// <summary>
    /// What <c>orderby</c> sorts stored documents by: the field itself, or its copy in <c>sort</c> where text is folded and absence is a
    /// null, so that names sort as people expect and no record is missing from the list.
    /// </summary>
    public string OrderPath => Kind == FieldKind.Text || Optional ? $"sort.{Name}" : $"data.{Name}";

    public bool Filterable { get; init; }

    public bool Personal { get; init; }

    public bool ElementKey { get; init; }

    /// <summary>Characters of a text, elements of a list.</summary>
    public int MaxLength { get; init; }

    public int MinLength { get; init; }

    public TextForm? Form { get; init; }

    public NumberAttribute? Number { get; init; }

    /// <summary>The values of a <see cref="FieldKind.Select"/>.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    public Reference? Reference { get; init; }

    public StateMachine? States { get; init; }

    /// <summary>The prefix of the sequence that gives the value on create.</summary>
    public string? Sequence { get; init; }

    /// <summary>What a <see cref="FieldKind.List"/> holds.</summary>
    public Field? Element { get; init; }

    /// <summary>The type of a <see cref="FieldKind.Object"/>; null where its members depend on the field.</summary>
    public Type? Record { get; init; }

    /// <summary>The members of a <see cref="FieldKind.Object"/>, by name.</summary>
    public IReadOnlyDictionary<string, Field> Fields { get; init; } = new Dictionary<string, Field>();
}
