namespace Crm.Local.Cosmos.Query;

/// <summary>The place of a row in its result.</summary>
/// <param name="Keys">The values of ORDER BY.</param>
/// <param name="Ordinal">Its number among the rows of its item.</param>
/// <param name="Tie">What tells rows of complete results apart, which have no rid.</param>
internal sealed record Place(byte[][] Keys, long Rid, int Ordinal, byte[] Tie);

/// <summary>The order of rows: ORDER BY, then rid in the direction of the first of it, as the service does.</summary>
internal sealed class RowOrder : IComparer<Place>
{
    private readonly QueryBlock _block;
    private readonly int _ridSign;

    public RowOrder(QueryBlock block)
    {
        _block = block;
        _ridSign = block.OrderBy is [{ Descending: true }, ..] ? -1 : 1;
        Reversed = Comparer<Place>.Create((x, y) => Compare(y, x));
    }

    public IComparer<Place> Reversed { get; }

    public int Compare(Place? x, Place? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var order = x.Keys.Length == 0 ? 0 : _block.CompareKeys(x.Keys, y.Keys);
        if (order == 0) order = x.Rid.CompareTo(y.Rid) * _ridSign;
        if (order == 0) order = x.Ordinal.CompareTo(y.Ordinal);
        return order != 0 ? order : x.Tie.AsSpan().SequenceCompareTo(y.Tie);
    }
}
