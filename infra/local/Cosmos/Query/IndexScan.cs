namespace Crm.Local.Cosmos.Query;

/// <summary>Reads ranges of index paths below one prefix, and of that only what is in the partition range asked for.</summary>
internal sealed class IndexScan(IItemReader items, Access access, EpkRange partition, string prefix)
{
    /// <summary>In the order of keys and rids; an item with several elements in the ranges comes once for each.</summary>
    public IEnumerable<(StoredItem Item, ReadOnlyMemory<byte> Key)> Walk(PathRanges path, bool descending, Continuation? after)
    {
        foreach (var range in descending ? path.Ranges.Reverse() : path.Ranges)
        {
            IndexPosition? start = null;
            if (after is not null)
            {
                var key = after.Keys[0];
                if (descending ? range.StartsAfter(key) : range.EndsBefore(key)) continue;
                if (range.Contains(key)) start = new IndexPosition(key, after.RidBefore(descending));
            }

            foreach (var (position, item) in items.ByIndex(range.On(path.Path, prefix), descending, start))
            {
                access.EntriesRead++;
                if (PartitionPins.Contains(partition, item.Epk)) yield return (item, position.Key);
            }
        }
    }

    public int CountUpTo(PathRanges path, int limit)
    {
        var count = 0;
        foreach (var range in path.Ranges)
        {
            if (count >= limit) break;
            count += items.CountUpTo(range.On(path.Path, prefix), limit - count);
        }

        return count;
    }
}
