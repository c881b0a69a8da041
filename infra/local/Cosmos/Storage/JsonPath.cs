using System.Text.Json;

namespace Crm.Local.Cosmos.Storage;

/// <summary>Property paths of partition and unique keys (<c>/a/b</c>, quoted segments allowed).</summary>
internal static class JsonPath
{
    public static string[] Split(string path) =>
        [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(segment => segment.Trim('"'))];

    public static JsonElement? Find(JsonElement item, string[] path)
    {
        var value = item;
        foreach (var segment in path)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(segment, out value))
                return null;
        }

        return value;
    }
}
