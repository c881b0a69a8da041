using Crm.Local.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>The tables of a store file.</summary>
internal static class Schema
{
    // "CRMc".
    private const int ApplicationId = 0x43524D63;
    private const int Version = 1;

    // Numbers are never reused (AUTOINCREMENT): resource ids are made of them, and a re-created container must have a new one.
    // items.rid is unique in the whole file, so an index entry finds its item by rowid in one descent.
    // items.lsn is unique in a container; the ETag is derived from it (ItemRow.ETag), which saves a column.
    // items_partition ends in the rowid, so it walks a partition range by (epk, rid), the order queries page in.
    // index_slots gives each (container, prefix, path) one small number; the entries themselves are then little more than the key.
    private const string Ddl = """
        CREATE TABLE databases (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            ts INTEGER NOT NULL
        );
        CREATE TABLE containers (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            database INTEGER NOT NULL,
            id TEXT NOT NULL,
            properties BLOB NOT NULL,
            throughput INTEGER,
            version INTEGER NOT NULL,
            ts INTEGER NOT NULL,
            lsn INTEGER NOT NULL,
            UNIQUE (database, id)
        );
        CREATE TABLE items (
            rid INTEGER PRIMARY KEY AUTOINCREMENT,
            container INTEGER NOT NULL,
            epk BLOB NOT NULL,
            id TEXT NOT NULL,
            lsn INTEGER NOT NULL,
            ts INTEGER NOT NULL,
            ttl INTEGER,
            expires INTEGER,
            body BLOB NOT NULL
        );
        CREATE UNIQUE INDEX items_id ON items (container, epk, id);
        CREATE INDEX items_partition ON items (container, epk);
        CREATE UNIQUE INDEX items_lsn ON items (container, lsn);
        CREATE INDEX items_expires ON items (expires) WHERE expires IS NOT NULL;
        CREATE TABLE index_slots (
            number INTEGER PRIMARY KEY,
            container INTEGER NOT NULL,
            prefix BLOB NOT NULL,
            path TEXT NOT NULL,
            UNIQUE (container, prefix, path)
        );
        CREATE TABLE index_entries (
            slot INTEGER NOT NULL,
            key BLOB NOT NULL,
            rid INTEGER NOT NULL,
            PRIMARY KEY (slot, key, rid)
        ) WITHOUT ROWID;
        CREATE TABLE unique_values (
            container INTEGER NOT NULL,
            epk BLOB NOT NULL,
            value BLOB NOT NULL,
            rid INTEGER NOT NULL,
            PRIMARY KEY (container, epk, value)
        ) WITHOUT ROWID;
        """;

    public static DatabaseFormat Format { get; } = new("cosmos", "Cosmos store", ApplicationId, Version, Ddl);
}
