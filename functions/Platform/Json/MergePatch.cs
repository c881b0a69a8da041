using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crm.Platform.Json;

/// <summary>JSON merge patch (RFC 7396).</summary>
internal static class MergePatch
{
    /// <summary>What a value becomes: null members delete, objects merge, everything else replaces.</summary>
    public static JsonNode? Apply(JsonNode? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
            return patch.ToNode();

        var merged = target is JsonObject present ? (JsonObject)present.DeepClone() : [];
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                merged.Remove(member.Name);
            else
                merged[member.Name] = Apply(merged[member.Name], member.Value);
        }

        return merged;
    }

    /// <summary>The element as a node that stands alone.</summary>
    public static JsonNode? ToNode(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(element)!,
        JsonValueKind.Array => JsonArray.Create(element)!,
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => JsonValue.Create(element),
    };
}
