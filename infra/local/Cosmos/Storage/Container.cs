using System.Text.Json;
using Crm.Local.Cosmos.Query;

namespace Crm.Local.Cosmos.Storage;

/// <summary>A container's settings, parsed once. Immutable but for the position of its log, which lives as long as the container.</summary>
internal sealed class Container
{
    private Container(Database database, long number, string id, byte[] properties, long version, long timestamp, int? throughput)
    {
        Database = database;
        Number = number;
        Id = id;
        Properties = properties;
        Version = version;
        Timestamp = timestamp;
        Throughput = throughput;
        RidBytes = ResourceId.OfContainer(database.Number, number);
        Rid = ResourceId.Encode(RidBytes);
        Address = $"dbs/{Uri.EscapeDataString(database.Id)}/colls/{Uri.EscapeDataString(id)}";
    }

    public Database Database { get; }

    public long Number { get; }

    public string Id { get; }

    public byte[] RidBytes { get; }

    public string Rid { get; }

    /// <summary>By names, as it stands in addresses.</summary>
    public string Address { get; }

    /// <summary>The properties as the client sent them (id, partitionKey, indexingPolicy, …), UTF-8 JSON.</summary>
    public byte[] Properties { get; }

    public long Version { get; }

    public long Timestamp { get; }

    public int? Throughput { get; }

    public required string[][] KeyPaths { get; init; }

    public required bool Hierarchical { get; init; }

    /// <summary>Seconds; -1 on without a default; null off.</summary>
    public required int? DefaultTtl { get; init; }

    public required string[][][] UniqueKeys { get; init; }

    public required IndexPaths Index { get; init; }

    public required ContainerShape Shape { get; init; }

    public required ContainerLog Log { get; init; }

    public string ETag => $"\"{Version:x8}-0000-0000-0000-{Timestamp:x8}0000\"";

    public string SelfLink => $"dbs/{Database.Rid}/colls/{Rid}/";

    /// <summary>The part of an effective key that index entries are kept under: all levels but the last.</summary>
    public byte[] IndexPrefix(byte[] epk) => Hierarchical ? epk[..^16] : [];

    /// <summary>When an item written now expires, in Unix seconds; null never.</summary>
    public long? Expires(long timestamp, long? ttl) => (DefaultTtl, ttl) switch
    {
        (null, _) or (_, -1) => null,
        (_, { } own) => timestamp + own,
        ( > 0 and var seconds, _) => timestamp + seconds,
        _ => null,
    };

    public static Container Load(Database database, long number, string id, byte[] properties, long version, long timestamp, int? throughput, ContainerLog log)
    {
        using var document = JsonDocument.Parse(properties);
        var root = document.RootElement;
        var key = root.GetProperty("partitionKey");
        var paths = key.GetProperty("paths").EnumerateArray().Select(path => path.GetString()!).ToList();
        var policy = root.GetProperty("indexingPolicy");
        var index = IndexPaths.FromPolicy(policy);
        return new Container(database, number, id, properties, version, timestamp, throughput)
        {
            KeyPaths = [.. paths.Select(JsonPath.Split)],
            Hierarchical = key.GetProperty("kind").GetString() == "MultiHash",
            DefaultTtl = root.TryGetProperty("defaultTtl", out var ttl) && ttl.ValueKind == JsonValueKind.Number ? ttl.GetInt32() : null,
            UniqueKeys = ReadUniqueKeys(root),
            Index = index,
            Shape = new ContainerShape(paths, index.Paths, OrderIndex.FromPolicy(policy)),
            Log = log,
        };
    }

    private static string[][][] ReadUniqueKeys(JsonElement root) =>
        root.TryGetProperty("uniqueKeyPolicy", out var policy) && policy.ValueKind == JsonValueKind.Object
        && policy.TryGetProperty("uniqueKeys", out var keys) && keys.ValueKind == JsonValueKind.Array
            ? [.. keys.EnumerateArray().Select(unique =>
                unique.GetProperty("paths").EnumerateArray().Select(path => JsonPath.Split(path.GetString()!)).ToArray())]
            : [];
}

/// <summary>A database.</summary>
internal sealed record Database(long Number, string Id, long Timestamp)
{
    public string Rid { get; } = ResourceId.OfDatabase(Number);

    public string ETag => $"\"{Number:x8}-0000-0000-0000-{Timestamp:x8}0000\"";
}

/// <summary>How far a container's log of changes is on disk.</summary>
internal sealed class ContainerLog(long lsn)
{
    private long _committed = lsn;

    /// <summary>
    /// The last committed log sequence number. It is set after the commit, so a snapshot opened after reading it holds all of it.
    /// </summary>
    public long Committed
    {
        get => Volatile.Read(ref _committed);
        set => Volatile.Write(ref _committed, value);
    }
}
