namespace Crm.Local.Cosmos.Query;

/// <summary>What an expression is evaluated against: the values bound to aliases, aggregates and parameters just now.</summary>
internal sealed class Frame(QueryNames names, Value[] parameters, DateTimeOffset now)
{
    /// <summary>The item itself.</summary>
    public Value Item { get; set; }

    /// <summary>By alias.</summary>
    public Value[] Slots { get; private init; } = new Value[names.Slots];

    /// <summary>By aggregate expression: its result for the group at hand.</summary>
    public Value[] Aggregates { get; private init; } = new Value[names.Aggregates];

    public Value[] Parameters => parameters;

    /// <summary>One instant for a page, so that a row cannot pass one predicate before and the next after midnight.</summary>
    public DateTimeOffset Now => now;

    /// <summary>The same with the bindings of this moment, for rows that are looked at again later.</summary>
    public Frame Snapshot() => new(names, parameters, now) { Item = Item, Slots = [.. Slots], Aggregates = [.. Aggregates] };
}

/// <summary>How many of each a query names.</summary>
internal sealed class QueryNames
{
    public int Slots { get; set; }

    public int Aggregates { get; set; }

    /// <summary>The place of each among <see cref="Frame.Parameters"/>, by its name with the <c>@</c>.</summary>
    public Dictionary<string, int> Parameters { get; } = new(StringComparer.Ordinal);
}
