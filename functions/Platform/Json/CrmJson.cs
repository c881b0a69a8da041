using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crm.Platform.Json;

/// <summary>How this API writes JSON: camelCase, enums as text, no nulls, UTC times to the millisecond, text as it is.</summary>
public static class CrmJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        // Bodies are data, never part of a page: only what JSON itself demands is escaped.
        Encoder = new PlainJsonEncoder(),
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new UtcTimeConverter() },
    };

    /// <summary>For what clients send: no duplicate members, no depth that could exhaust the stack (a setting says how deep).</summary>
    public static JsonDocumentOptions Strict { get; } = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    public static JsonWriterOptions Writer { get; } = new() { Encoder = new PlainJsonEncoder() };
}
