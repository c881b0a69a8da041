using Crm.Local.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>
/// Keeps the index entries of items. An entry is (slot, key, rid); a slot is a number for one path below one index prefix of one
/// container, so that an entry costs little more than its key.
/// </summary>
internal sealed class IndexTable(Connection connection)
{
    private const int MostSlotsKept = 100_000;

    private readonly Statement _findSlot = connection.Prepare("SELECT number FROM index_slots WHERE container = ?1 AND prefix = ?2 AND path = ?3");
    private readonly Statement _addSlot = connection.Prepare("INSERT INTO index_slots (container, prefix, path) VALUES (?1, ?2, ?3) RETURNING number");
    private readonly Statement _add = connection.Prepare("INSERT OR IGNORE INTO index_entries (slot, key, rid) VALUES (?1, ?2, ?3)");
    private readonly Statement _remove = connection.Prepare("DELETE FROM index_entries WHERE slot = ?1 AND key = ?2 AND rid = ?3");
    private readonly Dictionary<(long Container, string Prefix, string Path), long> _slots = [];

    /// <summary>After a rollback: slots made in the transaction do not exist.</summary>
    public void ForgetSlots() => _slots.Clear();

    /// <summary>Writes the difference between an item's old and new entries.</summary>
    public void Update(Container container, byte[] epk, long rid, List<IndexEntry> old, List<IndexEntry> current)
    {
        if (old.Count == 0 && current.Count == 0)
            return;
        var prefix = container.IndexPrefix(epk);
        var prefixText = Convert.ToHexString(prefix);
        if (old.Count == 0)
        {
            foreach (var entry in current)
                _add.Bind(1, Slot(container, prefix, prefixText, entry.Path)).Bind(2, entry.Key).Bind(3, rid).Run();
            return;
        }

        var kept = new HashSet<IndexEntry>(current, EntryComparer.Instance);
        foreach (var entry in old)
        {
            if (!kept.Remove(entry))
                _remove.Bind(1, Slot(container, prefix, prefixText, entry.Path)).Bind(2, entry.Key).Bind(3, rid).Run();
        }

        foreach (var entry in kept)
            _add.Bind(1, Slot(container, prefix, prefixText, entry.Path)).Bind(2, entry.Key).Bind(3, rid).Run();
    }

    private long Slot(Container container, byte[] prefix, string prefixText, string path)
    {
        var key = (container.Number, prefixText, path);
        if (_slots.TryGetValue(key, out var slot))
            return slot;
        if (_slots.Count >= MostSlotsKept)
            _slots.Clear();
        if (Read(_findSlot.Bind(1, container.Number).Bind(2, prefix).BindText(3, path)) is not { } found)
            found = Read(_addSlot.Bind(1, container.Number).Bind(2, prefix).BindText(3, path))!.Value;
        _slots.Add(key, found);
        return found;
    }

    private static long? Read(Statement statement)
    {
        try
        {
            return statement.Step() ? statement.Long(0) : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    private sealed class EntryComparer : IEqualityComparer<IndexEntry>
    {
        public static readonly EntryComparer Instance = new();

        public bool Equals(IndexEntry x, IndexEntry y) => x.Path == y.Path && x.Key.AsSpan().SequenceEqual(y.Key);

        public int GetHashCode(IndexEntry entry)
        {
            var hash = default(HashCode);
            hash.Add(entry.Path);
            hash.AddBytes(entry.Key);
            return hash.ToHashCode();
        }
    }
}
