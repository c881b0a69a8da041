namespace Crm.Local.Cosmos.Query;

/// <summary>Reads entries of index paths below one prefix. Items are for the caller to read, when the entries alone do not rule them out.</summary>
internal sealed class IndexScan(IItemReader items, Access access, string prefix)
{
    /// <summary>In the order of keys and rids; an item with several elements in the ranges comes once for each.</summary>
    /// <param name="sets">Only items that all of these have.</param>
    public IEnumerable<IndexPosition> Walk(PathRanges path, bool descending, Continuation? after, IEnumerable<KeySet> sets)
    {
        var asked = sets.ToArray();
        foreach (var range in descending ? path.Ranges.Reverse() : path.Ranges)
        {
            IndexPosition? start = null;
            if (after is not null)
            {
                var key = after.Keys[0];
                if (descending ? range.StartsAfter(key) : range.EndsBefore(key)) continue;
                if (range.Contains(key)) start = new IndexPosition(key, after.RidBefore(descending));
            }

            foreach (var position in items.Entries(range.On(path.Path, prefix), descending, start))
            {
                if (access.IsSpent) yield break;
                access.EntriesRead++;
                if (AllHave(asked, position.Rid)) yield return position;
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

    /// <summary>The set that lacks an item is asked earlier for the next: it is likely to lack that as well.</summary>
    private static bool AllHave(KeySet[] sets, long rid)
    {
        for (var i = 0; i < sets.Length; i++)
        {
            if (sets[i].Has(rid)) continue;
            if (i > 0) (sets[i - 1], sets[i]) = (sets[i], sets[i - 1]);
            return false;
        }

        return true;
    }
}
