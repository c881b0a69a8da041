using System.Text;

namespace Crm.Local.Cosmos.Query;

/// <summary>A scalar expression. Immutable once the query is parsed.</summary>
internal abstract class Expression
{
    // Evaluation recurses; a deeper one could exhaust the stack, which would end the process.
    private const int MostDeep = 400;
    private readonly int _depth;

    protected Expression(params IReadOnlyList<Expression> operands)
    {
        Operands = operands;
        foreach (var operand in operands) _depth = Math.Max(_depth, operand._depth + 1);
        if (_depth > MostDeep) throw Errors.TooComplex();
    }

    public IReadOnlyList<Expression> Operands { get; }

    /// <summary>What tells two expressions of one type and with the same operands apart.</summary>
    protected virtual object? Detail => null;

    public abstract Value Evaluate(Frame frame);

    /// <summary>Whether both are the same expression, however they are written.</summary>
    public bool SameAs(Expression other) =>
        GetType() == other.GetType()
        && Equals(Detail, other.Detail)
        && Operands.Count == other.Operands.Count
        && Operands.Zip(other.Operands).All(pair => pair.First.SameAs(pair.Second));

    /// <summary>This expression and all it is made of; not what stands inside subqueries.</summary>
    public IEnumerable<Expression> Parts() => Operands.SelectMany(operand => operand.Parts()).Prepend(this);
}

internal sealed class Constant(Value value) : Expression
{
    public Value Value => value;

    protected override object? Detail => value.IsDefined ? ValueWriter.ToJson(value) : null;

    public override Value Evaluate(Frame frame) => value;
}

internal sealed class Parameter(int index) : Expression
{
    protected override object Detail => index;

    public override Value Evaluate(Frame frame) => frame.Parameters[index];
}

/// <summary>An alias. Which one is known when the FROM clause has been read, after the SELECT clause that uses it.</summary>
internal sealed class AliasReference(string name, int position) : Expression
{
    public string Name => name;

    public int Position => position;

    /// <summary>Negative until resolved.</summary>
    public int Slot { get; set; } = -1;

    protected override object Detail => Slot;

    public override Value Evaluate(Frame frame) => frame.Slots[Slot];
}

/// <summary>The container named by FROM: its value is the item.</summary>
internal sealed class ItemReference : Expression
{
    public override Value Evaluate(Frame frame) => frame.Item;
}

internal sealed class Member(Expression target, string name) : Expression(target)
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(name);

    public Expression Target => Operands[0];

    public string Name => name;

    protected override object Detail => name;

    public override Value Evaluate(Frame frame) => Operands[0].Evaluate(frame).Member(name, _utf8);
}

/// <summary><c>target[index]</c>: an element of an array.</summary>
internal sealed class Indexer(Expression target, double index) : Expression(target)
{
    public Expression Target => Operands[0];

    protected override object Detail => index;

    public override Value Evaluate(Frame frame) => Operands[0].Evaluate(frame).At(index);
}

internal sealed class ArrayLiteral(IReadOnlyList<Expression> elements) : Expression(elements)
{
    public override Value Evaluate(Frame frame) => Value.Of(Operands.Select(element => element.Evaluate(frame)));
}

internal sealed class ObjectLiteral(IReadOnlyList<string> names, IReadOnlyList<Expression> values) : Expression(values)
{
    public IReadOnlyList<string> Names => names;

    protected override object Detail => string.Join('\0', names);

    public override Value Evaluate(Frame frame)
    {
        var values = new Value[Operands.Count];
        for (var i = 0; i < values.Length; i++) values[i] = Operands[i].Evaluate(frame);
        return Value.Of(names, values);
    }
}

internal sealed class FunctionCall(string name, Function function, IReadOnlyList<Expression> arguments) : Expression(arguments)
{
    /// <summary>In upper case.</summary>
    public string Name => name;

    protected override object Detail => name;

    public override Value Evaluate(Frame frame) => function(new Arguments(frame, Operands));
}

/// <summary>An aggregate: computed by its query block for a whole group, then read here.</summary>
internal sealed class AggregateCall(string name, int index, Expression argument) : Expression(argument)
{
    public string Name => name;

    public int Index => index;

    public Expression Argument => Operands[0];

    protected override object Detail => index;

    public override Value Evaluate(Frame frame) => frame.Aggregates[index];
}

internal enum SubqueryKind
{
    /// <summary>The value of its one row, undefined when there is none.</summary>
    Scalar,
    Array,
    Exists,
}

internal sealed class Subquery(SubqueryKind kind, QueryBlock block) : Expression
{
    public SubqueryKind Kind => kind;

    public QueryBlock Block => block;

    protected override object Detail => this;

    public override Value Evaluate(Frame frame)
    {
        var rows = block.Evaluate(frame);
        return kind switch
        {
            SubqueryKind.Exists => Value.Of(rows.Any()),
            SubqueryKind.Array => Value.Of(rows.ToArray()),
            _ => rows.FirstOrDefault(),
        };
    }
}
