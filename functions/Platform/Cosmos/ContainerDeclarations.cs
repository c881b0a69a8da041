using Microsoft.Azure.Cosmos;

namespace Crm.Platform.Cosmos;

/// <summary>Every container with its key, time to live and indexing: the one declaration that code, local set-up and templates share.</summary>
public static class ContainerDeclarations
{
    public const string Records = "records";
    public const string History = "history";
    public const string Keys = "keys";
    public const string Sends = "sends";
    public const string Leases = "leases";

    /// <summary>On, without a default: documents that expire say so themselves.</summary>
    private const int PerItem = -1;

    /// <param name="recordPaths">The indexed paths of records, from the entity catalog.</param>
    public static IReadOnlyList<ContainerProperties> All(IEnumerable<string> recordPaths) =>
    [
        Declare(Records, ["/tenantId", "/entity", "/recordId"], ["/tenantId/?", "/entity/?", "/recordId/?", "/kind/?", "/version/?", .. recordPaths]),
        Declare(History, ["/tenantId", "/record"], ["/tenantId/?", "/record/?", "/entity/?", "/recordId/?", "/kind/?", "/version/?", "/occurredAt/?", "/action/?", "/actor/id/?"], expires: false),
        Declare(Keys, ["/tenantId", "/scope", "/id"], ["/position/?", "/state/?"]),
        Declare(Sends, ["/tenantId", "/campaignId", "/shard"], ["/tenantId/?", "/campaignId/?", "/shard/?", "/kind/?", "/status/?", "/dueAt/?"]),
        Declare(Leases, ["/id"], []),
    ];

    private static ContainerProperties Declare(string name, IReadOnlyList<string> key, IReadOnlyList<string> indexed, bool expires = true)
    {
        var properties = new ContainerProperties(name, key) { DefaultTimeToLive = expires ? PerItem : null };
        properties.IndexingPolicy.IncludedPaths.Clear();
        foreach (var path in indexed)
            properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = path });

        properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
        return properties;
    }
}
