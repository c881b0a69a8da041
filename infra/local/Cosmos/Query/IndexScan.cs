namespace Crm.Local.Cosmos.Query;

/// <summary>Reads entries of index paths below one prefix. Items are for the caller to read, when the entries alone do not rule them out.</summary>
internal sealed class IndexScan(IItemReader items, Access access, string prefix)
{
    /// <summary>In the order of keys and rids; an item with several elements in the ranges comes once for each.</summary>
    /// <param name="sets">Only items that all of these have.</param>
    public IEnumerable<IndexPosition> Walk(PathRanges path, bool descending, Continuation? after, IEnumerable<KeySet> sets)
    {
        IReadOnlyList<IReadOnlyList<IndexRange>> asked = [.. sets.Select(set => set.Keys)];
        foreach (var range in descending ? path.Ranges.Reverse() : path.Ranges)
        {
            IndexPosition? start = null;
            if (after is not null)
            {
                var key = after.Keys[0];
                if (descending ? range.StartsAfter(key) : range.EndsBefore(key)) continue;
                if (range.Contains(key)) start = new IndexPosition(key, after.RidBefore(descending));
            }

            foreach (var position in items.Entries(range.On(path.Path, prefix), descending, start, asked))
            {
                if (access.IsSpent) yield break;
                // The rarest is asked first, so that an entry which is none of all of them has mostly been asked for one.
                access.EntriesRead += 1 + (position is null ? 1 : asked.Count);
                if (position is { } found) yield return found;
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
