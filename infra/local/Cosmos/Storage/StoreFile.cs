using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Crm.Local.Cosmos.Storage;

/// <summary>The store's file: created once, locked against a second process, checked at open.</summary>
internal sealed class StoreFile : IDisposable
{
    /// <summary>Up to this size the whole file is checked at open (well under a second); a larger one has its header and catalog checked.</summary>
    private const long FullCheckLimit = 64 << 20;

    private readonly FileStream _lock;

    private StoreFile(string path, FileStream fileLock)
    {
        Path = path;
        _lock = fileLock;
    }

    public string Path { get; }

    /// <exception cref="IOException">Another process has the store open.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or not a store.</exception>
    public static StoreFile Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = System.IO.Path.Combine(folder, "cosmos.db");
        var fileLock = Lock(System.IO.Path.Combine(folder, "cosmos.lock"), folder);
        try
        {
            if (!File.Exists(path))
                Create(path);
            else
                Check(path);
            return new StoreFile(path, fileLock);
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

    private static FileStream Lock(string path, string folder)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new IOException($"The Cosmos store in '{folder}' is in use by another process.", exception);
        }
    }

    // Made under another name and renamed when complete: an empty or half-made "cosmos.db" is then always damage, never a first start.
    private static void Create(string path)
    {
        var draft = path + ".new";
        File.Delete(draft);
        using (var connection = Connection.Open(draft, create: true, readOnly: false))
        {
            connection.Execute($"""
                BEGIN;
                {Schema.Ddl}
                PRAGMA application_id = {Schema.ApplicationId};
                PRAGMA user_version = {Schema.Version};
                COMMIT;
                """);
        }

        File.Move(draft, path);
    }

    private static void Check(string path)
    {
        try
        {
            using var connection = Connection.Open(path, create: false, readOnly: false);
            if (connection.QueryLong("PRAGMA application_id") != Schema.ApplicationId)
                throw new InvalidDataException($"'{path}' is damaged or is not a Cosmos store. It was left as it is.");
            var version = connection.QueryLong("PRAGMA user_version");
            if (version != Schema.Version)
                throw new InvalidDataException($"'{path}' has format {version}; this program reads format {Schema.Version}. It was left as it is.");
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
