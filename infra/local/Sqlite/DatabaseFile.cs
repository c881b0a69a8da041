using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Crm.Local.Sqlite;

/// <summary>What a file of one kind looks like.</summary>
/// <param name="Name">Of the file, without its extension.</param>
/// <param name="Title">What messages call it: "Cosmos store".</param>
/// <param name="ApplicationId">Marks a SQLite file as ours: another program's database is refused, not overwritten.</param>
/// <param name="Ddl">Makes the tables of an empty file.</param>
internal sealed record DatabaseFormat(string Name, string Title, int ApplicationId, int Version, string Ddl);

/// <summary>A database's file: created once, locked against a second process, checked at open.</summary>
internal sealed class DatabaseFile : IDisposable
{
    /// <summary>Up to this size the whole file is checked at open (well under a second); a larger one has its header and tables checked.</summary>
    private const long FullCheckLimit = 64 << 20;

    private readonly FileStream _lock;

    private DatabaseFile(string path, FileStream fileLock)
    {
        Path = path;
        _lock = fileLock;
    }

    public string Path { get; }

    /// <exception cref="IOException">Another process has it open.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another kind. It is left as it is.</exception>
    public static DatabaseFile Open(string folder, DatabaseFormat format)
    {
        Directory.CreateDirectory(folder);
        var path = System.IO.Path.Combine(folder, format.Name + ".db");
        var fileLock = Lock(System.IO.Path.Combine(folder, format.Name + ".lock"), folder, format);
        try
        {
            if (!File.Exists(path))
                Create(path, format);
            else
                Check(path, format);
            return new DatabaseFile(path, fileLock);
        }
        catch
        {
            fileLock.Dispose();
            throw;
        }
    }

    public Connection OpenWriter()
    {
        var connection = Connection.Open(Path, create: false, readOnly: false);
        connection.Execute("""
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA cache_size = -65536;
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA journal_size_limit = 67108864;
            """);
        return connection;
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path, string folder, DatabaseFormat format)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new IOException($"The {format.Title} in '{folder}' is in use by another process.", exception);
        }
    }

    // Made under another name and renamed when complete: an empty or half-made file is then always damage, never a first start.
    private static void Create(string path, DatabaseFormat format)
    {
        var draft = path + ".new";
        File.Delete(draft);
        using (var connection = Connection.Open(draft, create: true, readOnly: false))
        {
            connection.Execute($"""
                BEGIN;
                {format.Ddl}
                PRAGMA application_id = {format.ApplicationId};
                PRAGMA user_version = {format.Version};
                COMMIT;
                """);
        }

        File.Move(draft, path);
    }

    private static void Check(string path, DatabaseFormat format)
    {
        try
        {
            using var connection = Connection.Open(path, create: false, readOnly: false);
            if (connection.QueryLong("PRAGMA application_id") != format.ApplicationId)
                throw new InvalidDataException($"'{path}' is damaged or is not a {format.Title}. It was left as it is.");
            var version = connection.QueryLong("PRAGMA user_version");
            if (version != format.Version)
                throw new InvalidDataException($"'{path}' has format {version}; this program reads format {format.Version}. It was left as it is.");
            if (new FileInfo(path).Length <= FullCheckLimit)
                QuickCheck(connection, path);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT)
        {
            throw new InvalidDataException($"'{path}' is damaged ({exception.Message}). It was left as it is; restore it from a copy.", exception);
        }
    }

    private static void QuickCheck(Connection connection, string path)
    {
        var check = connection.Rent("PRAGMA quick_check(1)");
        try
        {
            if (check.Step() && check.Text(0) is not "ok" and var finding)
                throw new InvalidDataException($"'{path}' is damaged ({finding}). It was left as it is; restore it from a copy.");
        }
        finally
        {
            connection.Return(check);
        }
    }
}
