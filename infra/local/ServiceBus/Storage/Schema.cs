using Crm.Local.Sqlite;

namespace Crm.Local.ServiceBus.Storage;

internal static class Schema
{
    // "CRMq".
    private const int ApplicationId = 0x43524D71;
    private const int Version = 1;

    // A queue and its dead-letter queue are two rows of queues. last is the last sequence number given out; a dead letter keeps its own.
    // messages.due is when something happens to the message by itself: its lock ends, it becomes active, it expires.
    // A message is locked when it has a token. Bodies are apart, so that locking a message does not write its body again.
    // Times are Unix milliseconds.
    private const string Ddl = """
        CREATE TABLE queues (
            number INTEGER PRIMARY KEY,
            path TEXT NOT NULL UNIQUE,
            last INTEGER NOT NULL
        );
        CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            queue INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            state INTEGER NOT NULL,
            token BLOB,
            due INTEGER,
            enqueued INTEGER NOT NULL,
            ttl INTEGER,
            deliveries INTEGER NOT NULL
        );
        CREATE UNIQUE INDEX messages_sequence ON messages (queue, sequence);
        CREATE INDEX messages_ready ON messages (queue, sequence) WHERE state = 0 AND token IS NULL;
        CREATE UNIQUE INDEX messages_token ON messages (token) WHERE token IS NOT NULL;
        CREATE INDEX messages_due ON messages (due) WHERE due IS NOT NULL;
        CREATE TABLE bodies (
            id INTEGER PRIMARY KEY,
            message BLOB NOT NULL
        );
        """;

    public static DatabaseFormat Format { get; } = new("servicebus", "Service Bus store", ApplicationId, Version, Ddl);
}
