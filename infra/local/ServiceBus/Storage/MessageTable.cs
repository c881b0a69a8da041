using Crm.Local.Sqlite;

namespace Crm.Local.ServiceBus.Storage;

/// <summary>The statements on queues and messages.</summary>
internal sealed class MessageTable(Connection connection)
{
    private const string Columns = "id, queue, sequence, state, token IS NOT NULL, due, enqueued, ttl, deliveries";

    private readonly Statement _nextSequence = connection.Prepare("UPDATE queues SET last = last + 1 WHERE number = ?1 RETURNING last");
    private readonly Statement _insert = connection.Prepare(
        "INSERT INTO messages (queue, sequence, state, due, enqueued, ttl, deliveries) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0) RETURNING id");

    private readonly Statement _insertBody = connection.Prepare("INSERT INTO bodies (id, message) VALUES (?1, ?2)");
    private readonly Statement _update = connection.Prepare(
        "UPDATE messages SET queue = ?2, sequence = ?3, state = ?4, token = NULL, due = ?5, enqueued = ?6, ttl = ?7 WHERE id = ?1");

    private readonly Statement _lock = connection.Prepare("UPDATE messages SET token = ?2, due = ?3, deliveries = deliveries + 1 WHERE id = ?1");
    private readonly Statement _renew = connection.Prepare("UPDATE messages SET due = ?2 WHERE id = ?1");
    private readonly Statement _updateBody = connection.Prepare("UPDATE bodies SET message = ?2 WHERE id = ?1");
    private readonly Statement _body = connection.Prepare("SELECT message FROM bodies WHERE id = ?1");
    private readonly Statement _delete = connection.Prepare("DELETE FROM messages WHERE id = ?1");
    private readonly Statement _deleteBody = connection.Prepare("DELETE FROM bodies WHERE id = ?1");
    private readonly Statement _ready = connection.Prepare(
        $"SELECT {Columns} FROM messages WHERE queue = ?1 AND state = 0 AND token IS NULL AND (due IS NULL OR due > ?2) ORDER BY sequence LIMIT ?3");

    private readonly Statement _from = connection.Prepare($"SELECT {Columns} FROM messages WHERE queue = ?1 AND sequence >= ?2 ORDER BY sequence LIMIT ?3");
    private readonly Statement _bySequence = connection.Prepare($"SELECT {Columns} FROM messages WHERE queue = ?1 AND sequence = ?2");
    private readonly Statement _byToken = connection.Prepare($"SELECT {Columns} FROM messages WHERE token = ?1 AND queue = ?2");
    private readonly Statement _due = connection.Prepare($"SELECT {Columns} FROM messages WHERE due <= ?1 ORDER BY due LIMIT ?2");
    private readonly Statement _nextDue = connection.Prepare("SELECT min(due) FROM messages WHERE due IS NOT NULL");

    public long NextSequence(Queue queue) => One(_nextSequence.Bind(1, queue.Number), row => row.Long(0));

    public void Insert(Queue queue, long sequence, RowState state, long due, long enqueued, long ttl, byte[] message)
    {
        var id = One(_insert.Bind(1, queue.Number).Bind(2, sequence).Bind(3, (long)state).Bind(4, due).Bind(5, enqueued).Bind(6, ttl), row => row.Long(0));
        _insertBody.Bind(1, id).Bind(2, message).Run();
    }

    /// <summary>Writes everything of a row but its deliveries, and unlocks it.</summary>
    public void Update(MessageRow row) => _update
        .Bind(1, row.Id).Bind(2, row.Queue).Bind(3, row.Sequence).Bind(4, (long)row.State).Bind(5, row.Due).Bind(6, row.Enqueued).Bind(7, row.TimeToLive).Run();

    public void Lock(long id, Guid token, long until) => _lock.Bind(1, id).Bind(2, token.ToByteArray()).Bind(3, until).Run();

    public void Renew(long id, long until) => _renew.Bind(1, id).Bind(2, until).Run();

    public byte[] Body(long id) => One(_body.Bind(1, id), row => row.Bytes(0).ToArray());

    public void UpdateBody(long id, byte[] message) => _updateBody.Bind(1, id).Bind(2, message).Run();

    public void Delete(long id)
    {
        _delete.Bind(1, id).Run();
        _deleteBody.Bind(1, id).Run();
    }

    /// <summary>Messages to hand out, in order.</summary>
    public List<MessageRow> Ready(Queue queue, long now, int most) => All(_ready.Bind(1, queue.Number).Bind(2, now).Bind(3, most));

    public List<MessageRow> From(Queue queue, long sequence, int most) => All(_from.Bind(1, queue.Number).Bind(2, sequence).Bind(3, most));

    public MessageRow? Find(Queue queue, long sequence) => FirstOrNull(_bySequence.Bind(1, queue.Number).Bind(2, sequence));

    public MessageRow? Find(Queue queue, Guid token) => FirstOrNull(_byToken.Bind(1, token.ToByteArray()).Bind(2, queue.Number));

    public List<MessageRow> Due(long now, int most) => All(_due.Bind(1, now).Bind(2, most));

    public long? NextDue() => One(_nextDue, row => row.LongOrNull(0));

    private static T One<T>(Statement statement, Func<Statement, T> read)
    {
        try
        {
            return statement.Step() ? read(statement) : throw new InvalidOperationException($"No row: {statement.Sql}");
        }
        finally
        {
            statement.Reset();
        }
    }

    private static MessageRow? FirstOrNull(Statement statement) => All(statement) is [var only] ? only : null;

    private static List<MessageRow> All(Statement statement)
    {
        var rows = new List<MessageRow>();
        try
        {
            while (statement.Step())
                rows.Add(Read(statement));
            return rows;
        }
        finally
        {
            statement.Reset();
        }
    }

    private static MessageRow Read(Statement row) => new(
        row.Long(0), row.Long(1), row.Long(2), (RowState)row.Long(3), row.Long(4) != 0, row.LongOrNull(5), row.Long(6), row.LongOrNull(7), (int)row.Long(8));
}
