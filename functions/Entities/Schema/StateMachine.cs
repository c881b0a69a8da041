namespace Crm.Entities.Schema;

/// <summary>One declared move.</summary>
/// <param name="Action">The action that alone makes it; null where any write does.</param>
public sealed record StateMove(string From, string To, string? Action);

/// <summary>The declared moves of one state field.</summary>
public sealed class StateMachine
{
    private readonly List<StateMove> _moves = [];

    /// <summary>Reads the lines of a <see cref="MovesAttribute"/>.</summary>
    /// <exception cref="ArgumentException">A line names a value the field does not have, or has no arrow.</exception>
    public StateMachine(IEnumerable<string> lines, IReadOnlyCollection<string> values)
    {
        foreach (var line in lines)
        {
            if (line.Split(" -> ") is not [var from, var rest])
                throw new ArgumentException($"'{line}' is not of the form 'from -> to'.", nameof(lines));

            var action = rest.Split(" by ") is [_, var name] ? name : null;
            foreach (var source in Names(from))
                foreach (var target in Names(rest.Split(" by ")[0]))
                    _moves.Add(new StateMove(source, target, action));
        }

        IEnumerable<string> Names(string list) => list.Split(", ").Select(name =>
            values.Contains(name) ? name : throw new ArgumentException($"'{name}' is no value of this field.", nameof(lines)));
    }

    public IReadOnlyList<StateMove> Moves => _moves;

    /// <summary>Whether a record may go from one value to another in this action. Staying is no move.</summary>
    public bool Allows(string from, string to, string? action) =>
        from == to || _moves.Exists(move => move.From == from && move.To == to && (move.Action is null || move.Action == action));

    /// <summary>The values an ordinary write may move to.</summary>
    public IReadOnlyList<string> From(string from) => [.. _moves.Where(move => move.From == from && move.Action is null).Select(move => move.To)];

    /// <summary>The actions that move a record on from here.</summary>
    public IReadOnlyList<string> ActionsFrom(string from) =>
        [.. _moves.Where(move => move.From == from && move.Action is not null).Select(move => move.Action!).Distinct()];
}
