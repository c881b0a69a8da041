using System.Buffers;
using System.Text;
using System.Text.Json;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary>The JSON format of batches: an array of operations, answered with an array of results. JavaScript clients send it.</summary>
internal static class BatchJson
{
    public static bool IsJson(ReadOnlySpan<byte> body) => !body.IsEmpty && body[0] is (byte)'[' or (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t';

    /// <exception cref="RequestException">The body is not a batch.</exception>
    public static List<BatchOperation> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            ItemBody.CheckText(body.Span);
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 128 });
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                throw new JsonException("an array of operations is expected");
            return [.. document.RootElement.EnumerateArray().Select(ReadOperation)];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new RequestException(400, 0, $"The batch cannot be read: {exception.Message}");
        }
    }

    public static byte[] Write(IReadOnlyList<BatchResult> results)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var result in results)
            {
                writer.WriteStartObject();
                writer.WriteNumber("statusCode", result.Status);
                if (result.SubStatus != 0)
                    writer.WriteNumber("subStatusCode", result.SubStatus);
                writer.WriteNumber("requestCharge", result.Charge);
                if (result.ETag is not null)
                    writer.WriteString("eTag", result.ETag);
                if (result.Body.Length > 0)
                {
                    writer.WritePropertyName("resourceBody");
                    writer.WriteRawValue(result.Body, skipInputValidation: true);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static BatchOperation ReadOperation(JsonElement operation) => new()
    {
        Type = Text(operation, "operationType") switch
        {
            "Create" => 0,
            "Patch" => 1,
            "Read" => 2,
            "Delete" => 4,
            "Replace" => 5,
            "Upsert" => 20,
            var other => throw new JsonException($"'{other}' is no operation type"),
        },
        PartitionKey = Text(operation, "partitionKey"),
        Id = Text(operation, "id"),
        IfMatch = Text(operation, "ifMatch"),
        IfNoneMatch = Text(operation, "ifNoneMatch"),
        Body = operation.TryGetProperty("resourceBody", out var body) ? Encoding.UTF8.GetBytes(body.GetRawText()) : [],
    };

    private static string? Text(JsonElement operation, string name) =>
        operation.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetString() : null;
}
