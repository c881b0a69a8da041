namespace Crm.Local.Cosmos.Query;

/// <summary>Computes one aggregate over the rows of a group. Undefined arguments are skipped by all of them.</summary>
internal abstract class Aggregator
{
    public static IReadOnlySet<string> Names { get; } = new HashSet<string>(["COUNT", "COUNTIF", "SUM", "AVG", "MIN", "MAX"], StringComparer.Ordinal);

    public abstract Value Result { get; }

    public static Aggregator For(string name) => name switch
    {
        "COUNT" => new Count(),
        "COUNTIF" => new CountIf(),
        "SUM" => new Sum(average: false),
        "AVG" => new Sum(average: true),
        "MIN" => new Extreme(sign: -1),
        _ => new Extreme(sign: 1),
    };

    public abstract void Add(in Value value);

    private sealed class Count : Aggregator
    {
        private long _count;

        public override Value Result => Value.Of(_count);

        public override void Add(in Value value)
        {
            if (value.IsDefined) _count++;
        }
    }

    private sealed class CountIf : Aggregator
    {
        private long _count;

        public override Value Result => Value.Of(_count);

        public override void Add(in Value value)
        {
            if (value.IsTrue) _count++;
        }
    }

    /// <summary>One value that is no number makes both undefined; the sum of nothing is 0, its average undefined.</summary>
    private sealed class Sum(bool average) : Aggregator
    {
        private double _sum;
        private long _count;
        private bool _mixed;

        public override Value Result => _mixed || (average && _count == 0) ? default : Value.Of(average ? _sum / _count : _sum);

        public override void Add(in Value value)
        {
            if (!value.IsDefined) return;
            _mixed |= value.Kind != ValueKind.Number;
            _sum += value.Number;
            _count++;
        }
    }

    /// <summary>By the order of types and values; an array or object makes it undefined.</summary>
    private sealed class Extreme(int sign) : Aggregator
    {
        private Value _best;
        private bool _compound;

        public override Value Result => _compound ? default : _best;

        public override void Add(in Value value)
        {
            if (!value.IsDefined) return;
            _compound |= !value.IsScalar;
            if (!_best.IsDefined || Math.Sign(ValueComparison.Order(value, _best)) == sign) _best = value.Detached();
        }
    }
}
