namespace Crm.Local.Cosmos.Query;

internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary><c>= != &lt; &lt;= &gt; &gt;=</c>: undefined when a side is; across types equality is false and order undefined.</summary>
internal sealed class ComparisonOperator(Comparison comparison, Expression left, Expression right) : Expression(left, right)
{
    public Comparison Comparison => comparison;

    public Expression Left => Operands[0];

    public Expression Right => Operands[1];

    protected override object Detail => comparison;

    public override Value Evaluate(Frame frame) => Apply(comparison, Operands[0].Evaluate(frame), Operands[1].Evaluate(frame));

    public static Value Apply(Comparison comparison, in Value left, in Value right)
    {
        if (!left.IsDefined || !right.IsDefined) return default;
        if (comparison == Comparison.Equal) return Value.Of(ValueComparison.AreEqual(left, right));
        if (comparison == Comparison.NotEqual) return Value.Of(!ValueComparison.AreEqual(left, right));
        if (ValueComparison.Compare(left, right) is not { } order) return default;
        return Value.Of(comparison switch
        {
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            _ => order >= 0,
        });
    }
}

/// <summary>Three-valued AND: false wins over undefined.</summary>
internal sealed class AndOperator(IReadOnlyList<Expression> conditions) : Expression(conditions)
{
    public override Value Evaluate(Frame frame)
    {
        var allTrue = true;
        for (var i = 0; i < Operands.Count; i++)
        {
            var value = Operands[i].Evaluate(frame);
            if (value.IsFalse) return Value.False;
            allTrue &= value.IsTrue;
        }

        return allTrue ? Value.True : default;
    }
}

/// <summary>Three-valued OR: true wins over undefined. Many alternatives are one node: ReadMany writes hundreds of them.</summary>
internal sealed class OrOperator(IReadOnlyList<Expression> alternatives) : Expression(alternatives)
{
    public override Value Evaluate(Frame frame)
    {
        var allFalse = true;
        for (var i = 0; i < Operands.Count; i++)
        {
            var value = Operands[i].Evaluate(frame);
            if (value.IsTrue) return Value.True;
            allFalse &= value.IsFalse;
        }

        return allFalse ? Value.False : default;
    }
}

/// <summary>NOT of what is no boolean is undefined.</summary>
internal sealed class NotOperator(Expression operand) : Expression(operand)
{
    public override Value Evaluate(Frame frame)
    {
        var value = Operands[0].Evaluate(frame);
        return value.Kind == ValueKind.Boolean ? Value.Of(!value.IsTrue) : default;
    }
}

/// <summary><c>x IN (a, b)</c>: undefined when x is; what is undefined among the choices is simply not x.</summary>
internal sealed class InOperator(Expression value, IReadOnlyList<Expression> choices) : Expression([value, .. choices])
{
    public Expression Left => Operands[0];

    public IEnumerable<Expression> Choices => Operands.Skip(1);

    public override Value Evaluate(Frame frame)
    {
        var value = Operands[0].Evaluate(frame);
        if (!value.IsDefined) return default;
        for (var i = 1; i < Operands.Count; i++)
            if (ComparisonOperator.Apply(Comparison.Equal, value, Operands[i].Evaluate(frame)).IsTrue) return Value.True;
        return Value.False;
    }
}

/// <summary><c>x BETWEEN a AND b</c> is <c>x &gt;= a AND x &lt;= b</c>.</summary>
internal sealed class BetweenOperator(Expression value, Expression low, Expression high) : Expression(value, low, high)
{
    public override Value Evaluate(Frame frame)
    {
        var value = Operands[0].Evaluate(frame);
        var above = ComparisonOperator.Apply(Comparison.GreaterOrEqual, value, Operands[1].Evaluate(frame));
        var below = ComparisonOperator.Apply(Comparison.LessOrEqual, value, Operands[2].Evaluate(frame));
        if (above.IsFalse || below.IsFalse) return Value.False;
        return above.IsTrue && below.IsTrue ? Value.True : default;
    }
}

internal sealed class LikeOperator(Expression text, Expression pattern, char? escape) : Expression(text, pattern)
{
    public char? Escape => escape;

    protected override object? Detail => escape;

    public override Value Evaluate(Frame frame)
    {
        var text = Operands[0].Evaluate(frame);
        var pattern = Operands[1].Evaluate(frame);
        return text.Kind == ValueKind.String && pattern.Kind == ValueKind.String
            ? Value.Of(LikePattern.Of(pattern.Text, escape).IsMatch(text.Text))
            : default;
    }
}

/// <summary><c>condition ? yes : no</c>: what is not true, undefined included, is no.</summary>
internal sealed class ConditionalOperator(Expression condition, Expression yes, Expression no) : Expression(condition, yes, no)
{
    public override Value Evaluate(Frame frame) => Operands[Operands[0].Evaluate(frame).IsTrue ? 1 : 2].Evaluate(frame);
}

/// <summary><c>a ?? b</c>: b when a is undefined; null is a value like any other.</summary>
internal sealed class CoalesceOperator(Expression first, Expression second) : Expression(first, second)
{
    public override Value Evaluate(Frame frame)
    {
        var value = Operands[0].Evaluate(frame);
        return value.IsDefined ? value : Operands[1].Evaluate(frame);
    }
}

internal sealed class ConcatOperator(Expression left, Expression right) : Expression(left, right)
{
    public override Value Evaluate(Frame frame)
    {
        var left = Operands[0].Evaluate(frame);
        var right = Operands[1].Evaluate(frame);
        return left.Kind == ValueKind.String && right.Kind == ValueKind.String ? Value.Of(left.Text + right.Text) : default;
    }
}
