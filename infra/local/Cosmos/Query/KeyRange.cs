namespace Crm.Local.Cosmos.Query;

/// <summary>A range of <see cref="IndexKey"/>s; a null bound is open.</summary>
/// <param name="Only">The one value of the range when it was an equality, otherwise undefined.</param>
internal readonly record struct KeyRange(byte[]? Low, bool LowInclusive, byte[]? High, bool HighInclusive, Value Only = default)
{
    /// <summary>Every defined value.</summary>
    public static KeyRange Defined { get; } = new(null, false, null, false);

    public static KeyRange Of(in Value value)
    {
        var key = IndexKey.Of(value);
        return new KeyRange(key, true, key, true, value);
    }

    /// <summary>The values of one type; booleans have two keys.</summary>
    public static KeyRange OfType(byte first, int types = 1) => new([first], true, [(byte)(first + types)], false);

    /// <summary>What compares so with a value: values of its type alone. Null when nothing does.</summary>
    public static KeyRange? Compared(Comparison comparison, in Value value)
    {
        var type = value.Kind switch
        {
            ValueKind.Null => OfType(IndexKey.NullType),
            ValueKind.Boolean => OfType(IndexKey.FalseType, 2),
            ValueKind.Number => OfType(IndexKey.NumberType),
            ValueKind.String => OfType(IndexKey.StringType),
            _ => default(KeyRange?),
        };
        if (type is not { } all) return null;
        var key = IndexKey.Of(value);
        return comparison switch
        {
            Comparison.Less => all with { High = key },
            Comparison.LessOrEqual => all with { High = key, HighInclusive = true },
            Comparison.Greater => all with { Low = key, LowInclusive = false },
            _ => all with { Low = key },
        };
    }

    public static KeyRange Prefixed(string prefix)
    {
        if (prefix.Length == 0) return OfType(IndexKey.StringType);
        var low = IndexKey.Of(prefix);
        var high = (byte[])low.Clone();
        // No byte of UTF-8 is FF: the next key of that length is one byte up.
        high[^1]++;
        return new KeyRange(low, true, high, false);
    }

    public KeyRange Intersect(in KeyRange other)
    {
        var (low, lowInclusive) = CompareLow(this, other) >= 0 ? (Low, LowInclusive) : (other.Low, other.LowInclusive);
        var (high, highInclusive) = CompareHigh(this, other) <= 0 ? (High, HighInclusive) : (other.High, other.HighInclusive);
        return new KeyRange(low, lowInclusive, high, highInclusive, Only.IsDefined ? Only : other.Only);
    }

    /// <summary>In order, none empty, none touching another: so that walking them meets each key once.</summary>
    public static IReadOnlyList<KeyRange> Merge(IEnumerable<KeyRange> ranges)
    {
        var merged = new List<KeyRange>();
        foreach (var range in ranges.Where(range => !range.IsEmpty).Order(Comparer<KeyRange>.Create((x, y) => CompareLow(x, y))))
        {
            if (merged.Count > 0 && merged[^1] is var last && !last.IsBelow(range))
                merged[^1] = new KeyRange(last.Low, last.LowInclusive, CompareHigh(last, range) >= 0 ? last.High : range.High,
                    CompareHigh(last, range) >= 0 ? last.HighInclusive : range.HighInclusive, Same(last, range) ? last.Only : default);
            else
                merged.Add(range);
        }

        return merged;

        static bool Same(in KeyRange x, in KeyRange y) => CompareLow(x, y) == 0 && CompareHigh(x, y) == 0;
    }

    public bool IsOneKey => Low is not null && High is not null && Low.AsSpan().SequenceEqual(High);

    public bool Contains(ReadOnlySpan<byte> key) => !EndsBefore(key) && !StartsAfter(key);

    public bool EndsBefore(ReadOnlySpan<byte> key) =>
        High is not null && High.AsSpan().SequenceCompareTo(key) is var order && (order < 0 || (order == 0 && !HighInclusive));

    public bool StartsAfter(ReadOnlySpan<byte> key) =>
        Low is not null && Low.AsSpan().SequenceCompareTo(key) is var order && (order > 0 || (order == 0 && !LowInclusive));

    public IndexRange On(string path, string prefix) => new(path, prefix, Low, LowInclusive, High, HighInclusive);

    private bool IsEmpty => Low is not null && High is not null
        && Low.AsSpan().SequenceCompareTo(High) is var order && (order > 0 || (order == 0 && !(LowInclusive && HighInclusive)));

    private bool IsBelow(in KeyRange next) => High is not null && next.Low is not null
        && High.AsSpan().SequenceCompareTo(next.Low) is var order && (order < 0 || (order == 0 && !(HighInclusive && next.LowInclusive)));

    private static int CompareLow(in KeyRange x, in KeyRange y)
    {
        if (x.Low is null || y.Low is null) return (x.Low is null ? 0 : 1) - (y.Low is null ? 0 : 1);
        var order = x.Low.AsSpan().SequenceCompareTo(y.Low);
        return order != 0 ? order : y.LowInclusive.CompareTo(x.LowInclusive);
    }

    private static int CompareHigh(in KeyRange x, in KeyRange y)
    {
        if (x.High is null || y.High is null) return (x.High is null ? 1 : 0) - (y.High is null ? 1 : 0);
        var order = x.High.AsSpan().SequenceCompareTo(y.High);
        return order != 0 ? order : x.HighInclusive.CompareTo(y.HighInclusive);
    }
}
