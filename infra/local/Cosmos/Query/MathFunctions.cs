namespace Crm.Local.Cosmos.Query;

/// <summary>Functions on numbers: undefined for an argument of another type.</summary>
internal static class MathFunctions
{
    public static IEnumerable<(string Name, int Least, int Most, Function Function)> All =>
    [
        One("ABS", Math.Abs),
        One("ACOS", Math.Acos),
        One("ASIN", Math.Asin),
        One("ATAN", Math.Atan),
        One("CEILING", Math.Ceiling),
        One("COS", Math.Cos),
        One("COT", x => 1 / Math.Tan(x)),
        One("DEGREES", double.RadiansToDegrees),
        One("EXP", Math.Exp),
        One("FLOOR", Math.Floor),
        One("LOG10", Math.Log10),
        One("RADIANS", double.DegreesToRadians),
        One("SIGN", x => double.IsNaN(x) ? x : Math.Sign(x)),
        One("SIN", Math.Sin),
        One("SQRT", Math.Sqrt),
        One("SQUARE", x => x * x),
        One("TAN", Math.Tan),
        One("TRUNC", Math.Truncate),
        Two("ATN2", Math.Atan2),
        Two("POWER", Math.Pow),
        ("ROUND", 1, 2, Round),
        ("LOG", 1, 2, a => a.Count == 1 ? Apply(a, (x, _) => Math.Log(x), 1) : Apply(a, (x, b) => Math.Log(x) / Math.Log(b), 2)),
        ("NUMBERBIN", 1, 2, NumberBin),
        ("PI", 0, 0, _ => Value.Of(Math.PI)),
        Whole("INTADD", (x, y) => unchecked(x + y)),
        Whole("INTSUB", (x, y) => unchecked(x - y)),
        Whole("INTMUL", (x, y) => unchecked(x * y)),
        WholeDivision("INTDIV", (x, y) => x / y),
        WholeDivision("INTMOD", (x, y) => x % y),
        Whole("INTBITAND", (x, y) => x & y),
        Whole("INTBITOR", (x, y) => x | y),
        Whole("INTBITXOR", (x, y) => x ^ y),
        Whole("INTBITLEFTSHIFT", (x, y) => x << (int)y),
        Whole("INTBITRIGHTSHIFT", (x, y) => x >> (int)y),
        ("INTBITNOT", 1, 1, a => a[0] is { Kind: ValueKind.Number } x ? Bits.Apply(x.Number, 0, (bits, _) => ~bits) : default),
    ];

    private static (string, int, int, Function) One(string name, Func<double, double> function) =>
        (name, 1, 1, a => Apply(a, (x, _) => function(x), 1));

    private static (string, int, int, Function) Two(string name, Func<double, double, double> function) =>
        (name, 2, 2, a => Apply(a, function, 2));

    private static (string, int, int, Function) Whole(string name, Func<long, long, long> function) =>
        (name, 2, 2, a => a[0] is { Kind: ValueKind.Number } x && a[1] is { Kind: ValueKind.Number } y ? Bits.Apply(x.Number, y.Number, function) : default);

    private static (string, int, int, Function) WholeDivision(string name, Func<long, long, long> function) =>
        (name, 2, 2, a => a[0] is { Kind: ValueKind.Number } x && a[1] is { Kind: ValueKind.Number } y && y.Number is not (0 or -1)
            ? Bits.Apply(x.Number, y.Number, function)
            : MinusOne(a, name));

    private static Value Round(Arguments arguments)
    {
        var x = arguments[0];
        var digits = arguments.Count > 1 ? arguments[1] : Value.Of(0);
        if (x.Kind != ValueKind.Number || digits.Kind != ValueKind.Number || !Bits.TryWhole(digits.Number, out var count)) return default;
        if (count is >= 0 and <= 15) return Value.Of(Math.Round(x.Number, (int)count, MidpointRounding.AwayFromZero));
        var unit = Math.Pow(10, -count);
        return count > 0 ? x : Value.Of(Math.Round(x.Number / unit, MidpointRounding.AwayFromZero) * unit);
    }

    private static Value NumberBin(Arguments arguments)
    {
        var size = arguments.Count > 1 ? arguments[1] : Value.Of(1);
        var x = arguments[0];
        return x.Kind == ValueKind.Number && size.Kind == ValueKind.Number && size.Number != 0
            ? Value.Of(Math.Floor(x.Number / size.Number) * size.Number)
            : default;
    }

    /// <summary>Dividing the least of all numbers by -1 overflows; zero divides nothing.</summary>
    private static Value MinusOne(Arguments arguments, string name)
    {
        var x = arguments[0];
        var y = arguments[1];
        if (x.Kind != ValueKind.Number || y.Kind != ValueKind.Number || y.Number == 0) return default;
        return Bits.Apply(x.Number, 0, (whole, _) => name == "INTMOD" ? 0 : unchecked(-whole));
    }

    private static Value Apply(Arguments arguments, Func<double, double, double> function, int count)
    {
        var x = arguments[0];
        if (x.Kind != ValueKind.Number) return default;
        if (count == 1) return Value.Of(function(x.Number, 0));
        var y = arguments[1];
        return y.Kind == ValueKind.Number ? Value.Of(function(x.Number, y.Number)) : default;
    }
}
