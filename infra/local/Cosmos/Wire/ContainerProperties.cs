using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Local.Cosmos.Query;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary>Reads and checks the settings of a container. What the store cannot honour is refused rather than kept and ignored.</summary>
internal static class ContainerProperties
{
    private const string DefaultIndexingPolicy =
        """{"indexingMode":"consistent","automatic":true,"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/\"_etag\"/?"}]}""";

    private static readonly string[] System =
        ["_rid", "_self", "_etag", "_ts", "_docs", "_sprocs", "_triggers", "_udfs", "_conflicts"];

    private static readonly string[] Unsupported =
    [
        "analyticalStorageTtl", "changeFeedPolicy", "clientEncryptionPolicy", "computedProperties", "fullTextPolicy", "vectorEmbeddingPolicy",
        "materializedViewDefinition",
    ];

    /// <exception cref="RequestException">The settings are invalid or not supported.</exception>
    public static (string Id, byte[] Properties) Parse(ReadOnlyMemory<byte> body)
    {
        using var document = ParseObject(body);
        var id = ReadId(document.RootElement);
        try
        {
            var json = JsonNode.Parse(body.Span)!.AsObject();
            foreach (var name in System)
                json.Remove(name);
            CheckSupported(json);
            CheckKey(json["partitionKey"] as JsonObject ?? throw Invalid("a partitionKey is required"));
            CheckTtl(json);
            CheckUniqueKeys(json);
            json["indexingPolicy"] ??= JsonNode.Parse(DefaultIndexingPolicy);
            CheckIndexingPolicy(json["indexingPolicy"]!.AsObject());
            return (id, JsonSerializer.SerializeToUtf8Bytes(json));
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or ArgumentException)
        {
            throw Invalid(exception.Message);
        }
    }

    /// <summary>What a container is about cannot be changed after it was made.</summary>
    public static void CheckReplacement(Container current, string id, byte[] properties)
    {
        var before = JsonNode.Parse(current.Properties)!;
        var after = JsonNode.Parse(properties)!;
        if (id != current.Id)
            throw Invalid("the id cannot be changed");
        foreach (var name in (string[])["partitionKey", "uniqueKeyPolicy"])
        {
            if (!JsonNode.DeepEquals(before[name], after[name]))
                throw Invalid($"'{name}' cannot be changed");
        }
    }

    public static JsonDocument ParseObject(ReadOnlyMemory<byte> body)
    {
        try
        {
            ItemBody.CheckText(body.Span);
            var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw Invalid("an object is expected");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Invalid(exception.Message);
        }
    }

    public static string ReadId(JsonElement root)
    {
        var id = root.TryGetProperty("id", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (id.Length is 0 or > 255 || id.AsSpan().ContainsAny("/\\?#") || id.EndsWith(' '))
            throw Invalid("the id must be 1 to 255 characters without '/', '\\', '?', '#' and without a space at the end");
        return id;
    }

    private static void CheckSupported(JsonObject json)
    {
        foreach (var name in Unsupported)
        {
            if (json[name] is { } value && value is not JsonArray { Count: 0 })
                throw RequestException.NotSupported($"the container setting '{name}'");
        }
    }

    private static void CheckKey(JsonObject key)
    {
        var paths = key["paths"]?.AsArray().Select(path => path!.GetValue<string>()).ToList() ?? [];
        if (paths.Any(path => !path.StartsWith('/') || JsonPath.Split(path).Length == 0) || paths.Distinct().Count() != paths.Count)
            throw Invalid("each path of the partition key must be unique and start with '/'");
        var kind = (key["kind"] ??= "Hash").GetValue<string>();
        if (kind is not ("Hash" or "MultiHash"))
            throw RequestException.NotSupported($"partition key kind '{kind}'");
        if (kind == "Hash" ? paths.Count != 1 : paths.Count is 0 or > 3)
            throw Invalid("a Hash partition key has one path and a MultiHash one has up to three");
        // Without a version the SDK would hash by version 1, and its effective keys would not be ours.
        if ((key["version"] ??= 2).GetValue<int>() != 2)
            throw RequestException.NotSupported("partition key version 1");
    }

    private static void CheckTtl(JsonObject json)
    {
        if (json["defaultTtl"] is { } ttl && ttl.GetValue<int>() is not (-1 or > 0))
            throw Invalid("defaultTtl must be -1 or a positive number of seconds");
        if (json["ttlPropertyPath"] is not null)
            throw RequestException.NotSupported("the container setting 'ttlPropertyPath'");
    }

    private static void CheckUniqueKeys(JsonObject json)
    {
        var keys = (json["uniqueKeyPolicy"] as JsonObject)?["uniqueKeys"] as JsonArray ?? [];
        if (keys.Count > 10 || keys.Any(key => key!["paths"]?.AsArray() is not { Count: > 0 and <= 16 } paths
            || paths.Any(path => !path!.GetValue<string>().StartsWith('/'))))
            throw Invalid("there may be up to 10 unique keys of 1 to 16 paths, each starting with '/'");
    }

    private static void CheckIndexingPolicy(JsonObject policy)
    {
        foreach (var name in (string[])["vectorIndexes", "fullTextIndexes"])
        {
            if (policy[name] is JsonArray { Count: > 0 })
                throw RequestException.NotSupported($"the indexing policy setting '{name}'");
        }

        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(policy));
        IndexPaths.FromPolicy(document.RootElement);
    }

    private static RequestException Invalid(string reason) => new(400, 0, $"The request body is invalid: {reason}.");
}
