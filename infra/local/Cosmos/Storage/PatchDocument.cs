using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crm.Local.Cosmos.Storage;

/// <summary>A partial update: at most ten operations, applied as a whole or not at all.</summary>
internal sealed class PatchDocument
{
    private const int MostOperations = 10;

    private static readonly JsonNodeOptions NodeOptions = new() { PropertyNameCaseInsensitive = false };
    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 128 };
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 128 };

    private readonly List<PatchOperation> _operations;

    private PatchDocument(List<PatchOperation> operations, string? condition)
    {
        _operations = operations;
        Condition = condition;
    }

    /// <summary><c>FROM c WHERE …</c>, or null.</summary>
    public string? Condition { get; }

    /// <summary>Reads <c>{"condition":…,"operations":[…]}</c>, or the bare array some SDKs send.</summary>
    /// <exception cref="RequestException">It is not a valid patch for this container.</exception>
    public static PatchDocument Parse(ReadOnlyMemory<byte> json, Container container)
    {
        try
        {
            var root = JsonNode.Parse(json.Span, NodeOptions, DocumentOptions);
            var list = (root as JsonArray) ?? root?["operations"] as JsonArray ?? throw Invalid("the array 'operations' is missing");
            if (list.Count is 0 or > MostOperations)
                throw Invalid($"it must have 1 to {MostOperations} operations, and has {list.Count}");
            var operations = list.Select(operation => PatchOperation.Parse(operation as JsonObject)).ToList();
            foreach (var operation in operations)
                operation.CheckTarget(container);
            return new PatchDocument(operations, (root as JsonObject)?["condition"]?.GetValue<string>());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw Invalid(exception.Message);
        }
    }

    /// <exception cref="RequestException">An operation does not apply.</exception>
    public byte[] Apply(ReadOnlyMemory<byte> body)
    {
        var item = JsonNode.Parse(body.Span, NodeOptions, DocumentOptions)!.AsObject();
        foreach (var operation in _operations)
            operation.Apply(item);
        using var stream = new MemoryStream(body.Length + 256);
        using (var writer = new Utf8JsonWriter(stream, WriterOptions))
            item.WriteTo(writer);
        return stream.ToArray();
    }

    internal static RequestException Invalid(string reason) => new(400, 0, $"The patch is invalid: {reason}.");
}
