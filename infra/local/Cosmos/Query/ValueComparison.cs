namespace Crm.Local.Cosmos.Query;

/// <summary>Equality and order of values.</summary>
internal static class ValueComparison
{
    /// <summary>Deep equality of two defined values: numbers as doubles, objects whatever the order of their members.</summary>
    public static bool AreEqual(in Value left, in Value right)
    {
        if (left.Kind != right.Kind) return false;
        switch (left.Kind)
        {
            case ValueKind.Boolean:
                return left.IsTrue == right.IsTrue;
            case ValueKind.Number:
                return left.Number == right.Number;
            case ValueKind.String:
                return left.TextEquals(right);
            case ValueKind.Array:
                return left.Length == right.Length
                    && left.Elements().Zip(right.Elements()).All(pair => AreEqual(pair.First, pair.Second));
            case ValueKind.Object:
                var other = right;
                return left.Length == right.Length && left.Members().All(member => AreEqual(member.Value, other.Member(member.Name)));
            default:
                return true;
        }
    }

    /// <summary>How two values compare under <c>&lt;</c> and its like: null when that is undefined (types differ, or no order is defined).</summary>
    public static int? Compare(in Value left, in Value right) =>
        left.Kind == right.Kind && left.IsScalar && !double.IsNaN(left.Number) && !double.IsNaN(right.Number) ? Order(left, right) : null;

    /// <summary>The order of ORDER BY, MIN and MAX over all types. Arrays are all alike, and so are objects.</summary>
    public static int Order(in Value left, in Value right)
    {
        if (left.Kind != right.Kind) return left.Kind.CompareTo(right.Kind);
        return left.Kind switch
        {
            ValueKind.Boolean or ValueKind.Number => BothNumbers(left, right),
            ValueKind.String => CompareText(left.Text, right.Text),
            _ => 0,
        };

        static int BothNumbers(in Value left, in Value right) => left.Kind == ValueKind.Number
            ? left.Number.CompareTo(right.Number)
            : left.IsTrue.CompareTo(right.IsTrue);
    }

    /// <summary>By code point, which is the order of UTF-8 bytes; UTF-16 units differ from it above the surrogates.</summary>
    public static int CompareText(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length) return left.Length.CompareTo(right.Length);
        return Rank(left[same]).CompareTo(Rank(right[same]));

        static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
    }
}
