using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Crm.Local.Sqlite;

/// <summary>
/// One SQLite connection with its prepared statements. It talks to SQLite's C interface rather than ADO.NET: a point read is a few
/// microseconds, and the parameter and reader objects of a <see cref="SqliteCommand"/> would be most of that. Not thread-safe: the
/// writer owns one, each reader another.
/// </summary>
internal sealed class Connection : IDisposable
{
    private readonly sqlite3 _database;
    private readonly Dictionary<string, Stack<Statement>> _idle = new(StringComparer.Ordinal);
    private readonly List<Statement> _all = [];

    static Connection() => Batteries_V2.Init();

    private Connection(sqlite3 database) => _database = database;

    public static Connection Open(string path, bool create, bool readOnly)
    {
        var flags = readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE;
        // A connection is used by one thread at a time, so SQLite's own lock is not needed.
        flags |= raw.SQLITE_OPEN_NOMUTEX | (create ? raw.SQLITE_OPEN_CREATE : 0);
        var code = raw.sqlite3_open_v2(path, out var database, flags, null);
        try
        {
            SqliteException.ThrowExceptionForRC(code, database);
            raw.sqlite3_busy_timeout(database, 10_000);
            return new Connection(database);
        }
        catch
        {
            raw.sqlite3_close_v2(database);
            throw;
        }
    }

    /// <summary>False inside a transaction.</summary>
    public bool AutoCommit => raw.sqlite3_get_autocommit(_database) != 0;

    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_database, sql);
        if (code != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(code, _database);
    }

    /// <summary>As <see cref="Execute"/>, for one statement that comes often: it stays prepared.</summary>
    public void Repeat(string sql)
    {
        var statement = Rent(sql);
        try
        {
            statement.Step();
        }
        finally
        {
            Return(statement);
        }
    }

    /// <summary>A statement kept for the connection's life.</summary>
    public Statement Prepare(string sql)
    {
        SqliteException.ThrowExceptionForRC(
            raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle), _database);
        var statement = new Statement(_database, handle, sql);
        _all.Add(statement);
        return statement;
    }

    /// <summary>A statement nobody else is stepping through: lazy enumerations may overlap. Give it back with <see cref="Return"/>.</summary>
    public Statement Rent(string sql) =>
        _idle.TryGetValue(sql, out var idle) && idle.TryPop(out var statement) ? statement : Prepare(sql);

    public void Return(Statement statement)
    {
        statement.Reset();
        if (!_idle.TryGetValue(statement.Sql, out var idle))
            _idle.Add(statement.Sql, idle = new Stack<Statement>());
        idle.Push(statement);
    }

    public long QueryLong(string sql)
    {
        var statement = Rent(sql);
        try
        {
            return statement.Step() ? statement.Long(0) : 0;
        }
        finally
        {
            Return(statement);
        }
    }

    public void Dispose()
    {
        foreach (var statement in _all)
            statement.Dispose();
        raw.sqlite3_close_v2(_database);
        _database.Dispose();
    }
}
