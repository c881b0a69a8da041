namespace Crm.Platform.Cosmos;

/// <summary>What one invocation has cost so far, in request units. Scoped.</summary>
public sealed class RequestCharge
{
    private double _total;

    public double Total => Volatile.Read(ref _total);

    public void Add(double units)
    {
        double seen, sum;
        do
        {
            seen = Volatile.Read(ref _total);
            sum = seen + units;
        }
        while (Interlocked.CompareExchange(ref _total, sum, seen) != seen);
    }
}
