using System.Buffers;
using Crm.Local.Cosmos.Query;
using Crm.Local.Sqlite;

namespace Crm.Local.Cosmos.Storage;

/// <summary>The items of a container by log sequence number: the latest version of each, in commit order.</summary>
internal sealed class ChangeLog(ReadSession session)
{
    private const string Next = "SELECT lsn, ts FROM items INDEXED BY items_lsn WHERE container = ?1 AND lsn > ?2 ORDER BY lsn LIMIT 1";

    /// <summary>Where the log stands in this view.</summary>
    public long End => session.Lsn;

    public IEnumerable<LoggedItem> After(long lsn, EpkRange range)
    {
        var statement = session.Connection.Rent("""
            SELECT rid, lsn, ts, body FROM items INDEXED BY items_lsn
            WHERE container = ?1 AND lsn > ?2 AND epk >= ?3 AND epk < ?4 AND (expires IS NULL OR expires > ?5)
            ORDER BY lsn
            """);
        try
        {
            statement.Bind(1, session.Container.Number).Bind(2, lsn)
                .Bind(3, ItemReader.EpkBytes(range.Start)).Bind(4, ItemReader.EpkBytes(range.End)).Bind(5, session.Now);
            while (statement.Step())
            {
                yield return new LoggedItem(new ItemRow(statement.Long(0), statement.Long(1), statement.Long(2), default), session.Container, statement, column: 3);
            }
        }
        finally
        {
            session.Connection.Return(statement);
        }
    }

    /// <summary>The last position whose changes are all older than a time. Times never fall along the log, so it is searched by halves.</summary>
    public long Before(long timestamp)
    {
        long low = 0, high = End;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (FirstAfter(middle) is { } found && found.Timestamp < timestamp)
                low = found.Lsn;
            else
                high = middle;
        }

        return low;
    }

    private (long Lsn, long Timestamp)? FirstAfter(long lsn)
    {
        var statement = session.Connection.Rent(Next);
        try
        {
            return statement.Bind(1, session.Container.Number).Bind(2, lsn).Step() ? (statement.Long(0), statement.Long(1)) : null;
        }
        finally
        {
            session.Connection.Return(statement);
        }
    }
}

/// <summary>An item of the log, still in SQLite's memory: to be written before the next is asked for.</summary>
internal readonly struct LoggedItem(ItemRow row, Container container, Statement statement, int column)
{
    public long Lsn => row.Lsn;

    /// <summary>As a client gets it.</summary>
    public void WriteJson(IBufferWriter<byte> target) => row.WriteJson(target, container, statement.Bytes(column), withLsn: true);
}
