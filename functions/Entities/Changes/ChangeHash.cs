using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Crm.Platform.Json;

namespace Crm.Entities.Changes;

/// <summary>The hash of a change, from its document alone: whoever has the document can tell that it is as it was written.</summary>
public static class ChangeHash
{
    /// <summary>Members that are about where a copy of the change lies, not about the change.</summary>
    private static readonly HashSet<string> OfTheCopy = ["hash", "ttl", "record", "recordedAt"];

    /// <summary>SHA-256 over the canonical JSON of everything but the hash itself, what is about the copy, and the values of personal fields.</summary>
    public static string Of(JsonObject document)
    {
        var hashed = new JsonObject(document.Where(member => !OfTheCopy.Contains(member.Key) && !member.Key.StartsWith('_')).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        foreach (var personal in Personal(hashed))
        {
            personal.Remove("before");
            personal.Remove("after");
            personal.Remove("salt");
        }

        return Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Bytes(hashed)));
    }

    /// <summary>Whether the personal values that are still there are the ones their digests stand for. Erased ones are gone with their salt.</summary>
    public static bool PersonalValuesMatch(JsonObject document) => Personal(document).All(change => (string?)change["salt"] is { } salt
        ? Digest(salt, change["before"]) == (string?)change["digests"]?["before"] && Digest(salt, change["after"]) == (string?)change["digests"]?["after"]
        : change["before"] is null && change["after"] is null);

    /// <summary>What stands for a personal value in the hash.</summary>
    internal static string Digest(string salt, JsonNode? value) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Encoding.ASCII.GetBytes(salt), .. CanonicalJson.Bytes(value)]));

    private static IEnumerable<JsonObject> Personal(JsonObject document) =>
        document["changes"]?.AsArray().OfType<JsonObject>().Where(change => change.ContainsKey("personal")) ?? [];
}
