namespace Crm.Local.Cosmos.Storage;

/// <summary>A request the store refuses, found before anything was written. Frequent outcomes (missing, conflict) are returned instead.</summary>
internal sealed class RequestException(int status, int subStatus, string message) : Exception(message)
{
    public int Status { get; } = status;

    public int SubStatus { get; } = subStatus;

    /// <summary>What the service has and this store does not: named, never approximated.</summary>
    public static RequestException NotSupported(string feature) => new(501, 0, $"Not supported by the local store: {feature}.");
}
