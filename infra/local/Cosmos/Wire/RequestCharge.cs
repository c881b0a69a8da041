namespace Crm.Local.Cosmos.Wire;

/// <summary>
/// Estimates of the request charge from the figures Microsoft publishes ("Request Units in Azure Cosmos DB", "Optimize request cost"):
/// a point read of 1 KB is 1 RU and of 100 KB 10 RU; a create of 1 KB without indexing about 5 RU and of 100 KB 50 RU, each index
/// entry adding to it; a replace costs about twice a create, a delete as much as a create; a query starts at about 2.3 RU and grows with
/// the items it loads, the index entries it looks up and what it returns.
/// </summary>
internal static class RequestCharge
{
    private const double ReadPerFurtherKilobyte = 9.0 / 99;
    private const double WritePerFurtherKilobyte = 45.0 / 99;
    private const double PerIndexEntry = 0.06;

    public static double Read(int bytes) => 1 + (ReadPerFurtherKilobyte * FurtherKilobytes(bytes));

    public static double Create(int bytes, int indexEntries) =>
        5 + (WritePerFurtherKilobyte * FurtherKilobytes(bytes)) + (PerIndexEntry * indexEntries);

    public static double Replace(int bytes, int indexEntries) => 2 * Create(bytes, indexEntries);

    public static double Delete(int bytes) => Create(bytes, 0);

    public static double Query(int itemsRead, int indexEntriesRead, int resultBytes) =>
        2.3 + (0.03 * itemsRead) + (0.002 * indexEntriesRead) + (0.03 * resultBytes / 1024);

    private static double FurtherKilobytes(int bytes) => Math.Max(0, (bytes / 1024.0) - 1);
}
