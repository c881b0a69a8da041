namespace Crm.Local.Cosmos.Query;

/// <summary>What has been read for a page, for its charge.</summary>
internal sealed class Access
{
    public int ItemsRead { get; set; }

    public int EntriesRead { get; set; }
}

/// <summary>Items in an order a continuation can name.</summary>
/// <param name="Items">Each with its key in that order.</param>
internal sealed record OrderedItems(string Order, IEnumerable<(StoredItem Item, byte[] Key)> Items);

/// <summary>
/// Chooses how the items of a query are come by. It may give more than the query matches, never fewer: the interpreter checks every row.
/// </summary>
internal sealed class AccessPlanner(EpkRange range, IItemReader items)
{
    /// <summary>For a query without ORDER BY.</summary>
    public OrderedItems InScanOrder(Continuation? after) => new(Continuation.PartitionOrder, ByPartition(after));

    /// <summary>All of them, each once.</summary>
    public IEnumerable<StoredItem> InAnyOrder() => items.ByPartition(range, null);

    private IEnumerable<(StoredItem Item, byte[] Key)> ByPartition(Continuation? after)
    {
        PartitionPosition? position = after is null
            ? null
            : new PartitionPosition(System.Text.Encoding.ASCII.GetString(after.Keys[0]), after.Ordinal < 0 ? after.Rid : after.Rid - 1);
        foreach (var item in items.ByPartition(range, position)) yield return (item, System.Text.Encoding.ASCII.GetBytes(item.Epk));
    }
}
