using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Entities.Changes;

/// <summary>One field that a change changed.</summary>
/// <param name="Path">JSON pointer into the record.</param>
/// <param name="Salt">For a personal value: what its digests are salted with; goes with the value when it is erased.</param>
/// <param name="Digests">For a personal value: the salted digests that stand for before and after in the hash.</param>
public sealed record FieldChange(string Path, JsonNode? Before, JsonNode? After, bool? Personal = null, string? Salt = null, FieldDigests? Digests = null);

/// <summary>Salted digests of a personal value. They outlive it, so that the chain still verifies after an erasure.</summary>
public sealed record FieldDigests(string Before, string After);

/// <summary>
/// The immutable document written in the same batch as a record's new state: its history entry and its outbox. One chain per record:
/// <see cref="PrevHash"/> is the hash of the change before.
/// </summary>
public sealed record Change
{
    /// <summary>The action of the change that left a tombstone.</summary>
    public const string Delete = "delete";

    /// <summary>30 days: how long the feed may lag, and how far back a repeated request can be answered.</summary>
    public const int TimeToLive = 30 * 24 * 60 * 60;

    public string Id => IdOf(Version);

    public required string TenantId { get; init; }

    public required string Entity { get; init; }

    public required string RecordId { get; init; }

    public string Kind { get; } = "change";

    public int SchemaVersion { get; } = 1;

    public required int Version { get; init; }

    public required string Action { get; init; }

    public required Actor Actor { get; init; }

    public required string Source { get; init; }

    public required string RequestId { get; init; }

    /// <summary>The W3C trace of the call that made the change, where it is known.</summary>
    public string? TraceParent { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required IReadOnlyList<FieldChange> Changes { get; init; }

    /// <summary>Event types that the change announces.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>The names of the fields that changed, as the record has them.</summary>
    [JsonIgnore]
    public IEnumerable<string> Fields => Changes.Select(changed => changed.Path.Split('/', 3)[1]).Distinct();

    /// <summary>Empty for the first change.</summary>
    public required string PrevHash { get; init; }

    public string Hash { get; init; } = "";

    public int Ttl { get; } = TimeToLive;

    /// <summary>When history wrote its copy; null beside the record. Not part of the hash: the change was made before.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>The change with its hash.</summary>
    public Change Sealed() => this with { Hash = ComputeHash() };

    public string ComputeHash() => ChangeHash.Of((JsonObject)JsonSerializer.SerializeToNode(this, CrmJson.Options)!);

    /// <summary>The id of the change that made a version, beside the record and in history.</summary>
    public static string IdOf(int version) => $"change:{version}";

    public ReadOnlyMemory<byte> ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, CrmJson.Options);

    /// <summary>A personal field's change, with digests in place of values in the hash.</summary>
    public static FieldChange Personal(string path, JsonNode? before, JsonNode? after)
    {
        var salt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return new FieldChange(path, before, after, true, salt, new FieldDigests(ChangeHash.Digest(salt, before), ChangeHash.Digest(salt, after)));
    }
}
