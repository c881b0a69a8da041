using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Platform.Json;

namespace Crm.Entities.Storage;

/// <summary>What a keyed request did, written in the batch that did it, so that its repetition is answered and not done again.</summary>
/// <param name="Id"><c>idem:</c> and a digest of tenant, caller, method, path and key.</param>
/// <param name="Fingerprint">Digest of the body: the same key with another body is refused.</param>
/// <param name="Status">The status that was answered.</param>
/// <param name="Version">The version the request made: its answer's body is the record at that version.</param>
public sealed record Idempotency(string Id, string Fingerprint, int Status, int Version)
{
    public ReadOnlyMemory<byte> ToBytes(RecordKey key) => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject
        {
            ["id"] = Id,
            ["tenantId"] = key.TenantId,
            ["entity"] = key.Collection,
            ["recordId"] = key.Id,
            ["kind"] = "idem",
            ["schemaVersion"] = 1,
            ["fingerprint"] = Fingerprint,
            ["status"] = Status,
            ["version"] = Version,
            ["ttl"] = Change.TimeToLive,
        },
        CrmJson.Options);
}
