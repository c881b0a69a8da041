namespace Crm.Local.Cosmos.Query;

/// <summary>Functions on arrays: undefined for an argument of another type.</summary>
internal static class ArrayFunctions
{
    private static readonly string[] DefaultNames = ["k", "v"];

    public static IEnumerable<(string Name, int Least, int Most, Function Function)> All =>
    [
        ("ARRAY_LENGTH", 1, 1, a => a[0] is { Kind: ValueKind.Array } array ? Value.Of(array.Length) : default),
        ("ARRAY_CONTAINS", 2, 3, Contains),
        ("ARRAY_CONTAINS_ANY", 2, int.MaxValue, a => ContainsSome(a, all: false)),
        ("ARRAY_CONTAINS_ALL", 2, int.MaxValue, a => ContainsSome(a, all: true)),
        ("ARRAY_CONCAT", 2, int.MaxValue, Concat),
        ("ARRAY_SLICE", 2, 3, Slice),
        ("SETINTERSECT", 2, 2, a => Sets(a, (x, y) => Distinct(x).Where(element => Has(y, element)))),
        ("SETUNION", 2, 2, a => Sets(a, (x, y) => Distinct(x.Elements().Concat(y.Elements())))),
        ("SETDIFFERENCE", 2, 2, a => Sets(a, (x, y) => Distinct(x).Where(element => !Has(y, element)))),
        ("CHOOSE", 2, int.MaxValue, a => a[0] is { Kind: ValueKind.Number } index && Bits.TryWhole(index.Number, out _) && index.Number >= 1 && index.Number < a.Count ? a[(int)index.Number] : default),
        ("OBJECTTOARRAY", 1, 3, ToArray),
    ];

    /// <summary>Whether an array has this element; with <paramref name="partial"/>, one that has at least its members.</summary>
    public static bool Has(in Value array, in Value wanted, bool partial = false)
    {
        for (var i = 0; i < array.Length; i++)
        {
            var element = array.At(i);
            if (partial ? Covers(element, wanted) : ValueComparison.AreEqual(element, wanted)) return true;
        }

        return false;
    }

    private static bool Covers(Value element, Value wanted)
    {
        if (element.Kind != ValueKind.Object || wanted.Kind != ValueKind.Object) return ValueComparison.AreEqual(element, wanted);
        return wanted.Members().All(member => Covers(element.Member(member.Name), member.Value));
    }

    private static Value Contains(Arguments arguments)
    {
        var array = arguments[0];
        var wanted = arguments[1];
        if (array.Kind != ValueKind.Array || !wanted.IsDefined) return default;
        if (arguments.Count < 3) return Value.Of(Has(array, wanted));
        var partial = arguments[2];
        return partial.Kind == ValueKind.Boolean ? Value.Of(Has(array, wanted, partial.IsTrue)) : default;
    }

    private static Value ContainsSome(Arguments arguments, bool all)
    {
        var array = arguments[0];
        if (array.Kind != ValueKind.Array) return default;
        var known = true;
        for (var i = 1; i < arguments.Count; i++)
        {
            var wanted = arguments[i];
            known &= wanted.IsDefined;
            if (wanted.IsDefined && Has(array, wanted) != all) return Value.Of(!all);
        }

        return known ? Value.Of(all) : default;
    }

    private static Value Concat(Arguments arguments)
    {
        var all = new List<Value>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var array = arguments[i];
            if (array.Kind != ValueKind.Array) return default;
            all.AddRange(array.Elements());
        }

        return Value.Of(all);
    }

    /// <summary>A negative start counts from the end.</summary>
    private static Value Slice(Arguments arguments)
    {
        var array = arguments[0];
        var start = arguments[1];
        if (array.Kind != ValueKind.Array || start.Kind != ValueKind.Number || !Bits.TryWhole(start.Number, out _)) return default;
        var length = arguments.Count > 2 ? arguments[2] : Value.Of(array.Length);
        if (length.Kind != ValueKind.Number || !Bits.TryWhole(length.Number, out _)) return default;
        var from = Math.Clamp(start.Number < 0 ? array.Length + start.Number : start.Number, 0, array.Length);
        return Value.Of(array.Elements().Skip((int)from).Take((int)Math.Clamp(length.Number, 0, array.Length)));
    }

    private static Value Sets(Arguments arguments, Func<Value, Value, IEnumerable<Value>> combine)
    {
        var left = arguments[0];
        var right = arguments[1];
        return left.Kind == ValueKind.Array && right.Kind == ValueKind.Array ? Value.Of(combine(left, right)) : default;
    }

    private static IEnumerable<Value> Distinct(Value array) => Distinct(array.Elements());

    private static IEnumerable<Value> Distinct(IEnumerable<Value> elements)
    {
        var seen = new HashSet<byte[]>(ByteOrder.Instance);
        return elements.Where(element => seen.Add(RowKey.Of(element)));
    }

    private static Value ToArray(Arguments arguments)
    {
        var value = arguments[0];
        var names = DefaultNames.ToArray();
        for (var i = 1; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name.Kind != ValueKind.String) return default;
            names[i - 1] = name.Text;
        }

        return value.Kind == ValueKind.Object
            ? Value.Of(value.Members().Select(member => Value.Of(names, [Value.Of(member.Name), member.Value])))
            : default;
    }
}
