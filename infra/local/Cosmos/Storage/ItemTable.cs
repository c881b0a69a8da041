using Crm.Local.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>The write side of the items table and of what is derived from it: index entries and unique values.</summary>
internal sealed class ItemTable(Connection connection)
{
    private readonly Statement _find = connection.Prepare(
        "SELECT rid, lsn, ts, expires, body FROM items WHERE container = ?1 AND epk = ?2 AND id = ?3");
    private readonly Statement _insert = connection.Prepare(
        "INSERT INTO items (container, epk, id, lsn, ts, ttl, expires, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING rid");
    private readonly Statement _update = connection.Prepare(
        "UPDATE items SET lsn = ?2, ts = ?3, ttl = ?4, expires = ?5, body = ?6 WHERE rid = ?1");
    private readonly Statement _delete = connection.Prepare("DELETE FROM items WHERE rid = ?1");
    private readonly Statement _locate = connection.Prepare("SELECT container, epk, expires, body, lsn, ts FROM items WHERE rid = ?1");
    private readonly Statement _findUnique = connection.Prepare("SELECT rid FROM unique_values WHERE container = ?1 AND epk = ?2 AND value = ?3");
    private readonly Statement _addUnique = connection.Prepare("INSERT INTO unique_values (container, epk, value, rid) VALUES (?1, ?2, ?3, ?4)");
    private readonly Statement _removeUnique = connection.Prepare(
        "DELETE FROM unique_values WHERE container = ?1 AND epk = ?2 AND rid = ?3");
    private readonly IndexTable _index = new(connection);

    public void ForgetSlots() => _index.ForgetSlots();

    /// <summary>The live item with this id. One that has expired and is not purged yet is removed on the way: it must be in nobody's way.</summary>
    public ItemRow? Find(Container container, byte[] epk, string id, long now)
    {
        ItemRow row;
        long? expires;
        _find.Bind(1, container.Number).Bind(2, epk).BindText(3, id);
        try
        {
            if (!_find.Step())
                return null;
            row = new ItemRow(_find.Long(0), _find.Long(1), _find.Long(2), _find.Bytes(4).ToArray());
            expires = _find.LongOrNull(3);
        }
        finally
        {
            _find.Reset();
        }

        if (expires is null || expires > now)
            return row;
        Delete(container, epk, row);
        return null;
    }

    public ItemRow Insert(Container container, ItemBody body, long lsn, long timestamp)
    {
        var epk = body.Key.Epk;
        _insert.Bind(1, container.Number).Bind(2, epk).BindText(3, body.Id).Bind(4, lsn).Bind(5, timestamp)
            .Bind(6, body.Ttl).Bind(7, container.Expires(timestamp, body.Ttl)).Bind(8, body.Json);
        long rid;
        try
        {
            _insert.Step();
            rid = _insert.Long(0);
        }
        finally
        {
            _insert.Reset();
        }

        _index.Update(container, epk, rid, [], body.Entries);
        AddUniqueValues(container, body, rid);
        return new ItemRow(rid, lsn, timestamp, body.Json);
    }

    public ItemRow Update(Container container, ItemRow old, ItemBody body, long lsn, long timestamp)
    {
        _update.Bind(1, old.Rid).Bind(2, lsn).Bind(3, timestamp)
            .Bind(4, body.Ttl).Bind(5, container.Expires(timestamp, body.Ttl)).Bind(6, body.Json).Run();
        _index.Update(container, body.Key.Epk, old.Rid, ItemBody.ReadEntries(container, old.Body), body.Entries);
        if (container.UniqueKeys.Length > 0)
        {
            _removeUnique.Bind(1, container.Number).Bind(2, body.Key.Epk).Bind(3, old.Rid).Run();
            AddUniqueValues(container, body, old.Rid);
        }

        return new ItemRow(old.Rid, lsn, timestamp, body.Json);
    }

    public void Delete(Container container, byte[] epk, ItemRow row)
    {
        _delete.Bind(1, row.Rid).Run();
        _index.Update(container, epk, row.Rid, ItemBody.ReadEntries(container, row.Body), []);
        if (container.UniqueKeys.Length > 0)
            _removeUnique.Bind(1, container.Number).Bind(2, epk).Bind(3, row.Rid).Run();
    }

    /// <summary>Whether another live item of the logical partition holds one of the unique values.</summary>
    public bool HasUniqueConflict(Container container, ItemBody body, long? own, long now)
    {
        foreach (var value in body.UniqueValues)
        {
            _findUnique.Bind(1, container.Number).Bind(2, body.Key.Epk).Bind(3, value);
            long? holder = _findUnique.Step() ? _findUnique.Long(0) : null;
            _findUnique.Reset();
            if (holder is { } rid && rid != own && !RemoveIfExpired(container, rid, now))
                return true;
        }

        return false;
    }

    public bool RemoveIfExpired(Container container, long rid, long now)
    {
        byte[] epk;
        ItemRow row;
        _locate.Bind(1, rid);
        try
        {
            if (!_locate.Step() || _locate.LongOrNull(2) is not { } expires || expires > now)
                return false;
            epk = _locate.Bytes(1).ToArray();
            row = new ItemRow(rid, _locate.Long(4), _locate.Long(5), _locate.Bytes(3).ToArray());
        }
        finally
        {
            _locate.Reset();
        }

        Delete(container, epk, row);
        return true;
    }

    /// <summary>Makes the index entries of a container anew, by the policy it has now.</summary>
    public void Reindex(Container old, Container current)
    {
        var read = connection.Rent("SELECT rid, epk, body FROM items WHERE container = ?1 ORDER BY rid");
        try
        {
            read.Bind(1, current.Number);
            while (read.Step())
            {
                var body = read.Bytes(2).ToArray();
                _index.Update(
                    current, read.Bytes(1).ToArray(), read.Long(0), ItemBody.ReadEntries(old, body), ItemBody.ReadEntries(current, body));
            }
        }
        finally
        {
            connection.Return(read);
        }
    }

    private void AddUniqueValues(Container container, ItemBody body, long rid)
    {
        foreach (var value in body.UniqueValues)
            _addUnique.Bind(1, container.Number).Bind(2, body.Key.Epk).Bind(3, value).Bind(4, rid).Run();
    }
}
