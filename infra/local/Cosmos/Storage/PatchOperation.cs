using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crm.Local.Cosmos.Storage;

/// <summary>One operation of a patch: <c>add</c>, <c>set</c>, <c>replace</c>, <c>remove</c>, <c>incr</c> or <c>move</c>.</summary>
internal sealed class PatchOperation
{
    private static readonly string[] SystemProperties = ["_rid", "_self", "_etag", "_attachments", "_ts", "_lsn"];

    private readonly string _name;
    private readonly string[] _path;
    private readonly string[]? _from;
    private readonly JsonNode? _value;

    private PatchOperation(string name, string[] path, string[]? from, JsonNode? value)
    {
        _name = name;
        _path = path;
        _from = from;
        _value = value;
    }

    public static PatchOperation Parse(JsonObject? json)
    {
        var name = json?["op"]?.GetValue<string>().ToLowerInvariant() ?? throw PatchDocument.Invalid("an operation has no 'op'");
        var path = Split(json["path"]?.GetValue<string>());
        switch (name)
        {
            case "add" or "set" or "replace" when !json.ContainsKey("value"):
                throw PatchDocument.Invalid($"'{name}' needs a value");
            case "incr" when json["value"] is not JsonValue number || number.GetValueKind() != JsonValueKind.Number:
                throw PatchDocument.Invalid("'incr' needs a number");
            case "add" or "set" or "replace" or "incr":
                return new PatchOperation(name, path, null, json["value"]);
            case "remove":
                return new PatchOperation(name, path, null, null);
            case "move":
                return new PatchOperation(name, path, Split(json["from"]?.GetValue<string>()), null);
            default:
                throw PatchDocument.Invalid($"'{name}' is not an operation");
        }
    }

    /// <summary>The id, the partition key and the system properties cannot be patched.</summary>
    public void CheckTarget(Container container)
    {
        foreach (var path in new[] { _path, _from })
        {
            if (path is null)
                continue;
            if (path is ["id"] || Array.IndexOf(SystemProperties, path[0]) >= 0)
                throw PatchDocument.Invalid($"'/{string.Join('/', path)}' cannot be changed");
            if (container.KeyPaths.Any(key => key.Take(path.Length).SequenceEqual(path.Take(key.Length))))
                throw PatchDocument.Invalid($"'/{string.Join('/', path)}' is part of the partition key");
        }
    }

    public void Apply(JsonObject item)
    {
        if (_name == "move")
        {
            if (_path.Length > _from!.Length && _path.AsSpan(0, _from.Length).SequenceEqual(_from))
                throw PatchDocument.Invalid("'move' cannot put a value inside itself");
            var moved = Parent(item, _from);
            var node = Get(moved, _from[^1], _from);
            Remove(moved, _from[^1]);
            Put(Parent(item, _path), _path[^1], node, insert: true);
            return;
        }

        var parent = Parent(item, _path);
        var name = _path[^1];
        switch (_name)
        {
            case "add": Put(parent, name, _value?.DeepClone(), insert: true); break;
            case "set": Put(parent, name, _value?.DeepClone(), insert: false); break;
            case "replace":
                Get(parent, name, _path);
                Put(parent, name, _value?.DeepClone(), insert: false);
                break;
            case "remove":
                Get(parent, name, _path);
                Remove(parent, name);
                break;
            default: Increment(parent, name); break;
        }
    }

    private void Increment(JsonNode parent, string name)
    {
        if (!Exists(parent, name))
        {
            if (parent is JsonArray)
                throw PatchDocument.Invalid($"'/{string.Join('/', _path)}' is outside the array");
            Put(parent, name, _value!.DeepClone(), insert: false);
            return;
        }

        if (Get(parent, name, _path) is not JsonValue current || current.GetValueKind() != JsonValueKind.Number)
            throw PatchDocument.Invalid($"'/{string.Join('/', _path)}' is not a number");
        Put(parent, name, Sum(current, (JsonValue)_value!), insert: false);
    }

    // Integers stay integers; everything else is a double, as all numbers are in the service.
    private static JsonValue Sum(JsonValue left, JsonValue right)
    {
        if (left.TryGetValue<long>(out var first) && right.TryGetValue<long>(out var second)
            && (Int128)first + second is var total && total <= long.MaxValue && total >= long.MinValue)
            return JsonValue.Create((long)total);
        var sum = left.GetValue<double>() + right.GetValue<double>();
        return double.IsFinite(sum) ? JsonValue.Create(sum) : throw PatchDocument.Invalid("the sum is out of range");
    }

    private static JsonNode Parent(JsonObject item, string[] path)
    {
        JsonNode? node = item;
        foreach (var segment in path.AsSpan(0, path.Length - 1))
        {
            node = node switch
            {
                JsonObject parent => parent[segment],
                JsonArray array when Index(segment) is { } index && index < array.Count => array[index],
                _ => null,
            };
        }

        return node is JsonObject or JsonArray ? node : throw PatchDocument.Invalid($"'/{string.Join('/', path)}' has no parent in the item");
    }

    private static bool Exists(JsonNode parent, string name) => parent switch
    {
        JsonObject json => json.ContainsKey(name),
        JsonArray array => Index(name) is { } index && index < array.Count,
        _ => false,
    };

    private static JsonNode? Get(JsonNode parent, string name, string[] path) =>
        !Exists(parent, name) ? throw PatchDocument.Invalid($"'/{string.Join('/', path)}' does not exist")
        : parent is JsonObject json ? json[name]
        : ((JsonArray)parent)[Index(name)!.Value];

    private static void Put(JsonNode parent, string name, JsonNode? value, bool insert)
    {
        if (parent is JsonObject json)
        {
            json[name] = value;
            return;
        }

        var array = (JsonArray)parent;
        if (name == "-")
            array.Add(value);
        else if (Index(name) is not { } index || index > array.Count)
            throw PatchDocument.Invalid($"'{name}' is not a place in the array");
        else if (insert || index == array.Count)
            array.Insert(index, value);
        else
            array[index] = value;
    }

    private static void Remove(JsonNode parent, string name)
    {
        if (parent is JsonObject json)
            json.Remove(name);
        else
            ((JsonArray)parent).RemoveAt(Index(name)!.Value);
    }

    private static int? Index(string segment) =>
        int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    private static string[] Split(string? path)
    {
        if (path is not { Length: > 1 } || path[0] != '/')
            throw PatchDocument.Invalid($"'{path}' is not a path");
        return [.. path[1..].Split('/').Select(segment => segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
    }
}
