namespace Crm.Local.Cosmos.Query;

/// <summary>Operators on two numbers; undefined for anything else, and when the result is no finite number.</summary>
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
        "&" => (a, b) => Bits.Apply(a, b, (x, y) => x & y),
        "|" => (a, b) => Bits.Apply(a, b, (x, y) => x | y),
        "^" => (a, b) => Bits.Apply(a, b, (x, y) => x ^ y),
        "<<" => (a, b) => Bits.Apply(a, b, (x, y) => (int)x << (int)y),
        ">>" => (a, b) => Bits.Apply(a, b, (x, y) => (int)x >> (int)y),
        ">>>" => (a, b) => Bits.Apply(a, b, (x, y) => (uint)(int)x >> (int)y),
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
            _ => Bits.Apply(value.Number, 0, (x, _) => ~x),
        };
    }
}

/// <summary>Operations on the bits of whole numbers.</summary>
internal static class Bits
{
    public static Value Apply(double left, double right, Func<long, long, long> operation) =>
        TryWhole(left, out var x) && TryWhole(right, out var y) ? Value.Of((double)operation(x, y)) : default;

    public static bool TryWhole(double number, out long whole)
    {
        whole = 0;
        if (number != Math.Floor(number) || number < long.MinValue || number >= long.MaxValue) return false;
        whole = (long)number;
        return true;
    }
}
