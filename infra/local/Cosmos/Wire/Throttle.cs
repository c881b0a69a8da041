namespace Crm.Local.Cosmos.Wire;

/// <summary>Refuses as many requests as it was told to, as a container does whose throughput is used up.</summary>
internal sealed class Throttle
{
    // Request rate is large.
    private const int SubStatus = 3200;
    private int _left;

    public void Next(int requests) => Volatile.Write(ref _left, requests);

    /// <summary>The refusal of this request, or null.</summary>
    public WireResponse? Refuse()
    {
        if (Volatile.Read(ref _left) <= 0 || Interlocked.Decrement(ref _left) < 0)
            return null;
        return Replies.Error(429, SubStatus, "Message: {\"Errors\":[\"Request rate is large. More Request Units may be needed, so no changes were made.\"]}")
            .With(HeaderNames.RetryAfter, "1")
            .WithCharge(0);
    }
}
