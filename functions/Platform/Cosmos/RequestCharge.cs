namespace Crm.Platform.Cosmos;

/// <summary>What one invocation has cost so far, in request units. Scoped.</summary>
public sealed class RequestCharge(RequestChargeTotal total)
{
    private double _sum;

    public double Total => Volatile.Read(ref _sum);

    public void Add(double units)
    {
        RequestChargeTotal.Add(ref _sum, units);
        total.Add(units);
    }
}

/// <summary>What this instance has cost since it started, in request units.</summary>
public sealed class RequestChargeTotal
{
    private double _sum;

    public double Sum => Volatile.Read(ref _sum);

    public void Add(double units) => Add(ref _sum, units);

    internal static void Add(ref double sum, double units)
    {
        double seen, added;
        do
        {
            seen = Volatile.Read(ref sum);
            added = seen + units;
        }
        while (Interlocked.CompareExchange(ref sum, added, seen) != seen);
    }
}
