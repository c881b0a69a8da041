using System.Globalization;
using System.Text.Json.Nodes;
using Crm.Entities.Changes;
using Crm.Entities.Storage;

namespace Crm.History;

/// <summary>What of an entry its neighbours are compared with; the entry itself is compared with its hash when it is read, and need not be kept.</summary>
/// <param name="Version">As the id says.</param>
/// <param name="Fault">Why the entry is not what it claims to be, or null.</param>
internal readonly record struct ChainLink(int Version, string Hash, string PrevHash, string? Fault)
{
    /// <param name="key">The record in whose chain the document was found.</param>
    public static ChainLink Of(JsonObject document, RecordKey key)
    {
        var version = Text(document["id"])?.Split(':') is ["change", var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        var (hash, prevHash) = (Text(document["hash"]) ?? "", Text(document["prevHash"]) ?? "");
        return new ChainLink(version, hash, prevHash, Fault());

        string? Fault()
        {
            if (version < 1 || document["version"]?.ToJsonString() != version.ToString(CultureInfo.InvariantCulture))
                return "malformed";
            if (Text(document["tenantId"]) != key.TenantId || Text(document["entity"]) != key.Collection || Text(document["recordId"]) != key.Id)
                return "misplaced";

            try
            {
                return ChangeHash.Of(document) != hash ? "hash-mismatch" : ChangeHash.PersonalValuesMatch(document) ? null : "personal-value-mismatch";
            }
            catch (InvalidOperationException)
            {
                // A member is not of the kind it was written as.
                return "malformed";
            }
        }
    }

    private static string? Text(JsonNode? value) => value is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text : null;
}
