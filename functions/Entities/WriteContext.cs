using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Tenants;

namespace Crm.Entities;

/// <summary>A record by its collection and id.</summary>
public readonly record struct RecordRef(string Collection, string Id);

/// <summary>
/// What is wrong with the text of a filter on an entity; empty where a list would take it. The language is the query slice's: rules of entities that
/// keep filters need to know no more of it than this.
/// </summary>
public delegate IReadOnlyList<ParameterError> FilterProblems(EntityType type, string filter);

/// <summary>What an entity's rules know of the write they are part of, and where they say what is wrong with it.</summary>
public sealed class WriteContext(EntityCatalog catalog, Tenant tenant, Caller caller, FilterProblems filters, DateTimeOffset now, Entity? before, string? action)
{
    /// <summary>The action that takes a reference to a deleted record out of its holder.</summary>
    public const string Unlink = "unlink";

    private readonly Dictionary<RecordRef, Entity> _found = [];
    private readonly Dictionary<Type, object> _provided = [];
    private readonly List<FieldError> _errors = [];
    private readonly List<FieldError> _forbidden = [];
    private readonly List<string> _events = [];

    public EntityCatalog Catalog { get; } = catalog;

    public Tenant Tenant { get; } = tenant;

    public Caller Caller { get; } = caller;

    public DateTimeOffset Now { get; } = now;

    /// <summary>The date where the tenant is.</summary>
    public DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Now, TimeZoneInfo.FindSystemTimeZoneById(Tenant.TimeZone)).DateTime);

    /// <summary>The record as it stands; null when it is being created.</summary>
    public Entity? Before { get; } = before;

    /// <summary>The action that writes (<c>reopen</c>), or null in a plain create, replace or patch.</summary>
    public string? Action { get; } = action;

    public IReadOnlyList<FieldError> Errors => _errors;

    /// <summary>What the caller has no right to.</summary>
    public IReadOnlyList<FieldError> Forbidden => _forbidden;

    /// <summary>A secret made by this write: in its answer and nowhere else.</summary>
    public (string Name, string Value)? ShownOnce { get; private set; }

    /// <summary>What the change announces beside <c>created</c> or <c>updated</c>.</summary>
    public IReadOnlyList<string> Events => _events;

    /// <summary>A referenced record that was read for this write, or null.</summary>
    public T? Find<T>(string? id) where T : Entity =>
        id is not null && _found.TryGetValue(new RecordRef(Catalog.Of<T>().Collection, id), out var record) ? (T)record : null;

    /// <summary>Whether a record that the rules asked to see is there.</summary>
    public bool Has(RecordRef record) => _found.ContainsKey(record);

    /// <summary>What a preparation of this write has read for the rules, or null.</summary>
    public T? Provided<T>() where T : class => (T?)_provided.GetValueOrDefault(typeof(T));

    /// <summary>Hands the rules what they need beside records.</summary>
    public void Provide<T>(T value) where T : class => _provided[typeof(T)] = value;

    /// <summary>Says what is wrong with a field, by JSON pointer.</summary>
    public void Refuse(string pointer, string code, string detail) => _errors.Add(new FieldError(pointer, code, detail));

    /// <summary>Says what the caller has no right to, by JSON pointer.</summary>
    public void Forbid(string pointer, string detail) => _forbidden.Add(new FieldError(pointer, "forbidden", detail));

    /// <summary>Adds a secret to the answer.</summary>
    public void ShowOnce(string name, string value) => ShownOnce = (name, value);

    /// <summary>Refuses a list in which more than one element has a mark.</summary>
    public void AtMostOne<T>(IReadOnlyList<T> list, Func<T, bool> marked, string pointer)
    {
        if (list.Count(marked) > 1)
            Refuse(pointer, "one-primary", "at most one element can be the primary one");
    }

    /// <summary>Refuses a filter that lists of the collection would not take.</summary>
    public void CheckFilter(string pointer, string collection, string filter)
    {
        foreach (var problem in filters(Catalog.Get(collection).SeenBy(Caller), filter))
            Refuse(pointer, "invalid-filter", problem.Position is { } position ? $"{problem.Detail} (at character {position})" : problem.Detail);
    }

    /// <summary>Adds an event: <c>won</c> is published as <c>opportunity.won</c>, and one that has a subject of its own, <c>stock.low</c>, as it is.</summary>
    public void Announce(string verb) => _events.Add(verb);

    public string NewId() => Ids.New(Now);

    internal void Add(RecordRef reference, Entity record) => _found[reference] = record;
}
