using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Tenants;

namespace Crm.Entities;

/// <summary>A record by its collection and id.</summary>
public readonly record struct RecordRef(string Collection, string Id);

/// <summary>What an entity's rules know of the write they are part of, and where they say what is wrong with it.</summary>
public sealed class WriteContext(EntityCatalog catalog, Tenant tenant, Caller caller, DateTimeOffset now, Entity? before, string? action)
{
    /// <summary>The action that takes a reference to a deleted record out of its holder.</summary>
    public const string Unlink = "unlink";

    private readonly Dictionary<RecordRef, Entity> _found = [];
    private readonly List<FieldError> _errors = [];
    private readonly List<string> _events = [];

    public EntityCatalog Catalog { get; } = catalog;

    public Tenant Tenant { get; } = tenant;

    public Caller Caller { get; } = caller;

    public DateTimeOffset Now { get; } = now;

    /// <summary>The record as it stands; null when it is being created.</summary>
    public Entity? Before { get; } = before;

    /// <summary>The action that writes (<c>reopen</c>), or null in a plain create, replace or patch.</summary>
    public string? Action { get; } = action;

    public IReadOnlyList<FieldError> Errors => _errors;

    /// <summary>What the change announces beside <c>created</c> or <c>updated</c>.</summary>
    public IReadOnlyList<string> Events => _events;

    /// <summary>A referenced record that was read for this write, or null.</summary>
    public T? Find<T>(string? id) where T : Entity =>
        id is not null && _found.TryGetValue(new RecordRef(Catalog.Of<T>().Collection, id), out var record) ? (T)record : null;

    /// <summary>Whether a record that the rules asked to see is there.</summary>
    public bool Has(RecordRef record) => _found.ContainsKey(record);

    /// <summary>Says what is wrong with a field, by JSON pointer.</summary>
    public void Refuse(string pointer, string code, string detail) => _errors.Add(new FieldError(pointer, code, detail));

    /// <summary>Refuses a list in which more than one element has a mark.</summary>
    public void AtMostOne<T>(IReadOnlyList<T> list, Func<T, bool> marked, string pointer)
    {
        if (list.Count(marked) > 1)
            Refuse(pointer, "one-primary", "at most one element can be the primary one");
    }

    /// <summary>Adds an event: <c>won</c> is published as <c>opportunity.won</c>.</summary>
    public void Announce(string verb) => _events.Add(verb);

    public string NewId() => Ids.New(Now);

    internal void Add(RecordRef reference, Entity record) => _found[reference] = record;
}
