namespace Crm.Local.Cosmos.Query;

/// <summary>Operators on two numbers; undefined for anything else.</summary>
internal sealed class ArithmeticOperator(string sign, Expression left, Expression right) : Expression(left, right)
{
    private readonly Func<double, double, Value> _apply = For(sign);

    protected override object Detail => sign;

    public override Value Evaluate(Frame frame)
    {
        var left = Operands[0].Evaluate(frame);
        var right = Operands[1].Evaluate(frame);
        return left.Kind == ValueKind.Number && right.Kind == ValueKind.Number ? _apply(left.Number, right.Number) : default;
    }

    private static Func<double, double, Value> For(string sign) => sign switch
    {
        "+" => (a, b) => Value.Of(a + b),
        "-" => (a, b) => Value.Of(a - b),
        "*" => (a, b) => Value.Of(a * b),
        "/" => (a, b) => Value.Of(a / b),
        "%" => (a, b) => Value.Of(a % b),
        "&" => (a, b) => Value.Of(Bits.Of(a) & Bits.Of(b)),
        "|" => (a, b) => Value.Of(Bits.Of(a) | Bits.Of(b)),
        "^" => (a, b) => Value.Of(Bits.Of(a) ^ Bits.Of(b)),
        "<<" => (a, b) => Value.Of(Bits.Of(a) << Bits.Of(b)),
        ">>" => (a, b) => Value.Of(Bits.Of(a) >> Bits.Of(b)),
        ">>>" => (a, b) => Value.Of(Bits.Of(a) >>> Bits.Of(b)),
        _ => throw new ArgumentOutOfRangeException(nameof(sign), sign, null),
    };
}

/// <summary><c>-x</c>, <c>+x</c> and <c>~x</c>.</summary>
internal sealed class UnaryOperator(char sign, Expression operand) : Expression(operand)
{
    protected override object Detail => sign;

    public override Value Evaluate(Frame frame)
    {
        var value = Operands[0].Evaluate(frame);
        if (value.Kind != ValueKind.Number) return default;
        return sign switch
        {
            '-' => Value.Of(-value.Number),
            '+' => value,
            _ => Value.Of(~Bits.Of(value.Number)),
        };
    }
}

/// <summary>Whole numbers of the two sizes there are: 32 bits for operators, 64 for the functions named INT….</summary>
internal static class Bits
{
    private const double Range = 4294967296;

    /// <summary>The lowest 32 bits of the whole part, as JavaScript has it.</summary>
    public static int Of(double number) => double.IsFinite(number) ? unchecked((int)(long)(Math.Truncate(number) % Range)) : 0;

    /// <summary>Undefined unless both numbers are whole.</summary>
    public static Value Apply(double left, double right, Func<long, long, long> operation) =>
        TryWhole(left, out var x) && TryWhole(right, out var y) ? Value.Of((double)operation(x, y)) : default;

    public static bool TryWhole(double number, out long whole)
    {
        whole = 0;
        if (number != Math.Floor(number) || number < long.MinValue || number > long.MaxValue) return false;
        whole = (long)number;
        return true;
    }
}
