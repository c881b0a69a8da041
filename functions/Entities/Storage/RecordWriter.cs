using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Platform.Json;

namespace Crm.Entities.Storage;

/// <summary>Writes a record's document.</summary>
public static class RecordWriter
{
    /// <summary>The most a record may have, so that it and what it was before fit one batch.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int SchemaVersion = 1;

    /// <param name="data">The record as the API shows it; null writes a tombstone.</param>
    public static ReadOnlyMemory<byte> Write(RecordKey key, EntityType type, int version, string hash, JsonObject? data)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, CrmJson.Writer))
        {
            json.WriteStartObject();
            json.WriteString("id", key.Id);
            json.WriteString("tenantId", key.TenantId);
            json.WriteString("entity", key.Collection);
            json.WriteString("recordId", key.Id);
            json.WriteString("kind", data is null ? "tombstone" : "record");
            json.WriteNumber("schemaVersion", SchemaVersion);
            json.WriteNumber("version", version);
            json.WriteString("hash", hash);
            if (data is not null)
            {
                json.WritePropertyName("data");
                data.WriteTo(json, CrmJson.Options);
                WriteSortKeys(json, type, data);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void WriteSortKeys(Utf8JsonWriter json, EntityType type, JsonObject data)
    {
        json.WriteStartObject("sort");
        foreach (var field in type.Fields.Values.Where(field => field.Sortable && field.OrderPath.StartsWith("sort.", StringComparison.Ordinal)))
        {
            json.WritePropertyName(field.Name);
            if (data[field.Name] is not { } value)
                json.WriteNullValue();
            else if (field.Kind == FieldKind.Text)
                json.WriteStringValue(TextForms.SortKey(value.GetValue<string>()));
            else
                value.WriteTo(json, CrmJson.Options);
        }

        json.WriteEndObject();
    }
}
