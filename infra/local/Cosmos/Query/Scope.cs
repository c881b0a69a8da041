namespace Crm.Local.Cosmos.Query;

/// <summary>The names of one query block while it is parsed.</summary>
internal sealed class Scope(Scope? outer, bool isOfContainer)
{
    private readonly Dictionary<string, int> _aliases = new(StringComparer.Ordinal);

    /// <summary>The block around this one; null for the query itself.</summary>
    public Scope? Outer => outer;

    /// <summary>Whether its first source is the container: so in the query itself, and in a subquery that is the first source of one that is.</summary>
    public bool IsOfContainer => isOfContainer;

    /// <summary>References whose alias is not known yet.</summary>
    public List<AliasReference> Pending { get; } = [];

    public List<AggregateCall> Aggregates { get; } = [];

    /// <summary>How an aggregate is refused where the parser is: they stand in SELECT alone. Null there.</summary>
    public Func<QueryException>? AggregateRefusal { get; set; } = NotInWhere;

    public static QueryException NotInWhere() => Errors.Invalid("SC2104", "Aggregates are not allowed in the WHERE clause.");

    public void Declare(string alias, int slot)
    {
        if (!_aliases.TryAdd(alias, slot)) throw Errors.Invalid("SC2021", $"The input set name or alias '{alias}' is specified more than once in the FROM clause.");
    }

    /// <summary>Resolves the references from this place of <see cref="Pending"/> on; what is not declared here belongs to the block around.</summary>
    public void Resolve(int from = 0)
    {
        foreach (var reference in Pending.Skip(from))
        {
            if (_aliases.TryGetValue(reference.Name, out var slot)) reference.Slot = slot;
            else if (outer is not null) outer.Pending.Add(reference);
            else throw Errors.UnknownName(reference.Name);
        }

        Pending.RemoveRange(from, Pending.Count - from);
    }
}
