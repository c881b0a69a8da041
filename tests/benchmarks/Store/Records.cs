using System.Text;
using Crm.Local.Cosmos.Storage;
using Microsoft.Azure.Cosmos;
using PartitionKey = Microsoft.Azure.Cosmos.PartitionKey;

namespace Crm.Benchmarks.Store;

/// <summary>Records of 0.8 kB as the CRM stores them: ten titles and four sources, so that each pair is of one in forty; names in an order of their own.</summary>
internal static class Records
{
    public const string Tenant = "t";
    public const string Entity = "contacts";

    public const string Page = "SELECT VALUE c.data FROM c WHERE c.tenantId = @tenant AND c.entity = @entity AND c.kind = 'record'";
    public const string Filter = " AND c.data.jobTitle = @title AND c.data.source = @source";
    public const string Order = " AND IS_DEFINED(c.sort.name) ORDER BY c.sort.name";

    // Any number that has no factor in common with a power of ten: then every name is given once.
    private const long Stride = 7_654_321;
    private const int Names = 10_000_000;

    public static PartitionKey Key(int n) => new PartitionKeyBuilder().Add(Tenant).Add(Entity).Add(Id(n)).Build();

    public static string Id(int n) => $"r{n:00000000}";

    public static byte[] Json(int n) => Encoding.UTF8.GetBytes($$$"""
        {"id":"{{{Id(n)}}}","tenantId":"{{{Tenant}}}","entity":"{{{Entity}}}","recordId":"{{{Id(n)}}}","kind":"record","version":1,"schemaVersion":1,"hash":"{{{n:x64}}}",
        "data":{"id":"{{{Id(n)}}}","firstName":"Ada","lastName":"Lindqvist {{{Name(n)}}}","jobTitle":"Title {{{n % 10}}}","source":"Source {{{n / 10 % 4}}}","departmentName":"Operations",
        "emails":[{"address":"contact{{{n}}}@example.com","kind":"work","isPrimary":true}],"phones":[{"number":"+4930{{{n:0000000}}}","kind":"work","isPrimary":true}],
        "mailingAddress":{"line1":"Market Street {{{n % 200}}}","city":"Berlin","postalCode":"10115","country":"DE"},"tags":["benchmark"],
        "description":"Met at the trade fair; asked for the price list and a call in the new year."},"sort":{"name":"{{{Name(n)}}}"}}
        """);

    /// <summary>As large, and indexed by its kind alone.</summary>
    public static byte[] Change(int n) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Json(n))
        .Replace($"\"id\":\"{Id(n)}\",\"tenantId\"", "\"id\":\"change:1\",\"tenantId\"", StringComparison.Ordinal)
        .Replace("\"kind\":\"record\"", "\"kind\":\"change\"", StringComparison.Ordinal)
        .Replace("\"data\":", "\"after\":", StringComparison.Ordinal).Replace("\"sort\":", "\"was\":", StringComparison.Ordinal));

    public static QueryDefinition Query(string text, Random random) => new QueryDefinition(text)
        .WithParameter("@tenant", Tenant).WithParameter("@entity", Entity)
        .WithParameter("@title", $"Title {random.Next(10)}").WithParameter("@source", $"Source {random.Next(4)}");

    public static ContainerProperties Properties(string name)
    {
        var properties = new ContainerProperties(name, ["/tenantId", "/entity", "/recordId"]);
        foreach (var path in (string[])["/kind/?", "/data/jobTitle/?", "/data/source/?", "/data/tags/[]/?", "/sort/name/?"])
            properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = path });
        properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
        return properties;
    }

    /// <summary>Writes records straight into the store, a thousand in a transaction; while one thousand is written, the next is read.</summary>
    public static async Task LoadAsync(StoreEngine engine, Local.Cosmos.Storage.Container container, int count)
    {
        const int Portion = 1000;
        var writing = Task.FromResult(true);
        for (var start = 0; start < count; start += Portion)
        {
            var bodies = Enumerable.Range(start, Math.Min(Portion, count - start)).Select(n => ItemBody.Parse(Json(n), container)).ToList();
            await writing;
            writing = engine.WriteAsync(session =>
            {
                foreach (var body in bodies) session.Items.Insert(container, body, session.NextLsn(container), session.Timestamp);
                return true;
            });
        }

        await writing;
    }

    private static string Name(int n) => $"{n * Stride % Names:0000000}";
}
