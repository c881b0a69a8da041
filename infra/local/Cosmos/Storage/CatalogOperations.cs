using System.Text.Json;
using Crm.Local.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>Changes of databases and containers. Each runs alone in its transaction, after which the catalog is read again.</summary>
internal static class CatalogOperations
{
    /// <returns>False when there is one of this name.</returns>
    public static bool CreateDatabase(WriteSession session, string id)
    {
        if (session.Catalog.Databases.Any(database => database.Id == id))
            return false;
        Run(session, "INSERT INTO databases (id, ts) VALUES (?1, ?2)", statement => statement.BindText(1, id).Bind(2, session.Timestamp));
        return true;
    }

    public static bool DeleteDatabase(WriteSession session, Database database)
    {
        if (session.Catalog.FindDatabase(database.Rid) is null)
            return false;
        foreach (var container in session.Catalog.Containers.Where(container => container.Database.Number == database.Number))
            Delete(session, container);
        Run(session, "DELETE FROM databases WHERE number = ?1", statement => statement.Bind(1, database.Number));
        return true;
    }

    public static bool CreateContainer(WriteSession session, Database database, string id, byte[] properties, int? throughput)
    {
        if (session.Catalog.Containers.Any(container => container.Database.Number == database.Number && container.Id == id))
            return false;
        Run(
            session,
            "INSERT INTO containers (database, id, properties, throughput, version, ts, lsn) VALUES (?1, ?2, ?3, ?4, 1, ?5, 0)",
            statement => statement.Bind(1, database.Number).BindText(2, id).Bind(3, properties).Bind(4, throughput).Bind(5, session.Timestamp));
        return true;
    }

    /// <summary>Replaces a container's settings, and with them what was derived from the old ones: index entries and expiry times.</summary>
    public static bool ReplaceContainer(WriteSession session, Container seen, byte[] properties)
    {
        if (session.Current(seen) is not { } old)
            return false;
        var current = Container.Load(
            old.Database, old.Number, old.Id, properties, old.Version + 1, session.Timestamp, old.Throughput, old.Log);
        Run(
            session,
            "UPDATE containers SET properties = ?2, version = ?3, ts = ?4 WHERE number = ?1",
            statement => statement.Bind(1, old.Number).Bind(2, properties).Bind(3, current.Version).Bind(4, session.Timestamp));
        if (old.DefaultTtl != current.DefaultTtl)
            SetExpiry(session, current);
        if (IndexingPolicy(old) != IndexingPolicy(current))
            session.Items.Reindex(old, current);
        return true;
    }

    public static bool DeleteContainer(WriteSession session, Container seen)
    {
        if (session.Current(seen) is not { } container)
            return false;
        Delete(session, container);
        return true;
    }

    // An item written while the container had no TTL has its own recorded all the same, see ItemBody.
    private static void SetExpiry(WriteSession session, Container container) =>
        Run(
            session,
            """
            UPDATE items SET expires = CASE
                WHEN ?2 IS NULL OR ttl = -1 THEN NULL
                WHEN ttl IS NOT NULL THEN ts + ttl
                WHEN ?2 > 0 THEN ts + ?2
            END WHERE container = ?1
            """,
            statement => statement.Bind(1, container.Number).Bind(2, (long?)container.DefaultTtl));

    private static void Delete(WriteSession session, Container container)
    {
        foreach (var sql in (string[])[
            "DELETE FROM index_entries WHERE slot IN (SELECT number FROM index_slots WHERE container = ?1)",
            "DELETE FROM index_slots WHERE container = ?1",
            "DELETE FROM unique_values WHERE container = ?1",
            "DELETE FROM items WHERE container = ?1",
            "DELETE FROM containers WHERE number = ?1"])
            Run(session, sql, statement => statement.Bind(1, container.Number));
        session.Items.ForgetSlots();
    }

    private static string IndexingPolicy(Container container)
    {
        using var document = JsonDocument.Parse(container.Properties);
        return document.RootElement.GetProperty("indexingPolicy").GetRawText();
    }

    private static void Run(WriteSession session, string sql, Action<Statement> bind)
    {
        var statement = session.Connection.Rent(sql);
        try
        {
            bind(statement);
            statement.Step();
        }
        finally
        {
            session.Connection.Return(statement);
        }
    }
}
