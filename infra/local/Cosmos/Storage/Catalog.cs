using Crm.Local.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>All databases and containers: an immutable picture the writer replaces when one changes.</summary>
internal sealed class Catalog
{
    private readonly Dictionary<string, Database> _databases = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Database, string Id), Container> _containers = [];
    private readonly Dictionary<long, Container> _byNumber;

    private Catalog(IReadOnlyList<Database> databases, IReadOnlyList<Container> containers)
    {
        Databases = databases;
        Containers = containers;
        _byNumber = containers.ToDictionary(container => container.Number);
        // Names are added last: a name that looks like a resource id wins over the id.
        foreach (var database in databases)
            _databases[database.Rid] = database;
        foreach (var database in databases)
            _databases[database.Id] = database;
        foreach (var container in containers)
            _containers[(container.Database.Number, container.Rid)] = container;
        foreach (var container in containers)
            _containers[(container.Database.Number, container.Id)] = container;
    }

    public IReadOnlyList<Database> Databases { get; }

    public IReadOnlyList<Container> Containers { get; }

    /// <param name="segment">A name or a resource id.</param>
    public Database? FindDatabase(string segment) => _databases.GetValueOrDefault(segment);

    /// <param name="segment">A name or a resource id.</param>
    public Container? FindContainer(Database database, string segment) => _containers.GetValueOrDefault((database.Number, segment));

    public Container? FindContainer(long number) => _byNumber.GetValueOrDefault(number);

    /// <param name="previous">Containers that have not changed keep their parsed form, and all keep their log.</param>
    public static Catalog Load(Connection connection, Catalog? previous)
    {
        var known = previous?.Containers.ToDictionary(container => container.Number) ?? [];
        var databases = new List<Database>();
        var statement = connection.Rent("SELECT number, id, ts FROM databases ORDER BY number");
        try
        {
            while (statement.Step())
                databases.Add(new Database(statement.Long(0), statement.Text(1), statement.Long(2)));
        }
        finally
        {
            connection.Return(statement);
        }

        var byNumber = databases.ToDictionary(database => database.Number);
        var containers = new List<Container>();
        statement = connection.Rent("SELECT number, database, id, properties, version, ts, throughput, lsn FROM containers ORDER BY number");
        try
        {
            while (statement.Step())
            {
                var existing = known.GetValueOrDefault(statement.Long(0));
                containers.Add(existing is not null && existing.Version == statement.Long(4)
                    ? existing
                    : Container.Load(
                        byNumber[statement.Long(1)], statement.Long(0), statement.Text(2), statement.Bytes(3).ToArray(), statement.Long(4),
                        statement.Long(5), (int?)statement.LongOrNull(6), existing?.Log ?? new ContainerLog(statement.Long(7))));
            }
        }
        finally
        {
            connection.Return(statement);
        }

        return new Catalog(databases, containers);
    }
}
