using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Platform;
using Crm.Platform.Json;

namespace Crm.Entities.Writing;

/// <summary>
/// Turns what a client sent into the fields of a record: unknown and server-set fields refused, every value checked and brought into its
/// normal form, every error collected by JSON pointer.
/// </summary>
internal sealed class BodyBinder(IReadOnlyDictionary<string, Field> declared)
{
    private readonly List<FieldError> _errors = [];

    public IReadOnlyList<FieldError> Errors => _errors;

    /// <summary>The fields of a new record.</summary>
    public JsonObject Create(JsonElement body)
    {
        var fields = Members(body, declared, "#", current: null, allowUnchanged: false);
        RequireAll(fields, declared, "#");
        return fields;
    }

    /// <summary>
    /// The fields of a record after its writable part is replaced. Server-set fields may be sent as they stand, so that what was read can be
    /// changed and sent back whole.
    /// </summary>
    /// <param name="kept">Fields that stay as they are unless they are sent: the client could not know of them, or not change them.</param>
    public JsonObject Replace(JsonElement body, JsonObject current, IReadOnlySet<string> kept)
    {
        var fields = Members(body, declared, "#", current, allowUnchanged: true);
        foreach (var field in declared.Values.Where(field => current[field.Name] is not null && (field.ServerSet || (kept.Contains(field.Name) && !Sent(body, field.Name)))))
            fields[field.Name] = current[field.Name]!.DeepClone();

        RequireAll(fields, declared, "#");
        return fields;
    }

    /// <summary>The fields of a record after a merge patch (RFC 7396). Only what the patch names is checked again.</summary>
    public JsonObject Patch(JsonElement patch, JsonObject current)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            Refuse("#", "type", "must be a JSON object");
            return current;
        }

        var fields = (JsonObject)current.DeepClone();
        foreach (var member in patch.EnumerateObject())
        {
            var pointer = Pointer("#", member.Name);
            if (Writable(member.Name, declared, pointer) is not { } field)
                continue;

            RefuseNulls(member.Value, field, pointer);
            var merged = MergePatch.Apply(fields[field.Name], member.Value);
            fields.Remove(field.Name);
            if (merged is not null && Value(JsonSerializer.SerializeToElement(merged, CrmJson.Options), field, pointer, current[field.Name]) is { } value)
                fields[field.Name] = value;
        }

        RequireAll(fields, declared, "#");
        return fields;
    }

    /// <summary>A null takes a member away, and merging leaves no trace of one that there is not: it is looked for before.</summary>
    private void RefuseNulls(JsonElement patch, Field field, string pointer)
    {
        if (patch.ValueKind != JsonValueKind.Object || field.Kind != FieldKind.Object)
            return;

        foreach (var member in patch.EnumerateObject())
        {
            var at = Pointer(pointer, member.Name);
            if (member.Value.ValueKind == JsonValueKind.Null)
                Writable(member.Name, field.Fields, at);
            else if (field.Fields.TryGetValue(member.Name, out var inner))
                RefuseNulls(member.Value, inner, at);
        }
    }

    private static bool Sent(JsonElement body, string name) => body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out _);

    private JsonObject Members(JsonElement body, IReadOnlyDictionary<string, Field> fields, string pointer, JsonNode? current, bool allowUnchanged)
    {
        var bound = new JsonObject();
        if (body.ValueKind != JsonValueKind.Object)
        {
            Refuse(pointer, "type", "must be a JSON object");
            return bound;
        }

        foreach (var member in body.EnumerateObject())
        {
            var at = Pointer(pointer, member.Name);
            var present = (current as JsonObject)?[member.Name];
            if (fields.TryGetValue(member.Name, out var known) && known.ServerSet && allowUnchanged && Same(member.Value, present))
            {
                if (present is not null)
                    bound[member.Name] = present.DeepClone();
                continue;
            }

            if (Writable(member.Name, fields, at) is { } field && Value(member.Value, field, at, present) is { } value)
                bound[member.Name] = value;
        }

        return bound;
    }

    private Field? Writable(string name, IReadOnlyDictionary<string, Field> fields, string pointer)
    {
        if (!fields.TryGetValue(name, out var field))
            Refuse(pointer, "unknown-field", $"there is no field '{name}' here");
        else if (field.ServerSet)
            Refuse(pointer, "read-only", "is set by the server; leave it out");
        else
            return field;

        return null;
    }

    private JsonNode? Value(JsonElement value, Field field, string pointer, JsonNode? current)
    {
        switch (field.Kind)
        {
            case var _ when value.ValueKind == JsonValueKind.Null:
                return null;
            case FieldKind.List:
                return List(value, field, pointer, current as JsonArray);
            case FieldKind.Object:
                var members = Members(value, field.Fields, pointer, current, allowUnchanged: true);
                if (value.ValueKind == JsonValueKind.Object)
                    RequireAll(members, field.Fields, pointer);
                return members;
            case FieldKind.Json:
                if (value.ValueKind != JsonValueKind.Object)
                    Refuse(pointer, "type", "must be a JSON object");
                else
                    foreach (var member in value.EnumerateObject())
                        Refuse(Pointer(pointer, member.Name), "unknown-field", "no custom field of this name is defined");
                return null;
            default:
                var (node, code, detail) = ScalarBinder.Bind(value, field);
                if (code is not null)
                    Refuse(pointer, code, detail!);
                return node;
        }
    }

    private JsonArray List(JsonElement value, Field field, string pointer, JsonArray? current)
    {
        var list = new JsonArray();
        if (value.ValueKind != JsonValueKind.Array)
        {
            Refuse(pointer, "type", "must be a JSON array");
            return list;
        }

        var length = value.GetArrayLength();
        if (length > field.MaxLength)
        {
            Refuse(pointer, "max-length", $"must have at most {field.MaxLength} elements, not {length}");
            return list;
        }

        if (length < field.MinLength)
            Refuse(pointer, "min-length", $"must have at least {field.MinLength} elements");

        var key = field.Element!.Fields.Values.FirstOrDefault(member => member.ElementKey)?.Name;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var element in value.EnumerateArray())
        {
            var at = $"{pointer}/{index}";
            if (element.ValueKind == JsonValueKind.Null)
            {
                Refuse(at, "type", "must not be null");
            }
            else if (Value(element, field.Element, at, Counterpart(element, field.Element, key, index, current)) is { } bound)
            {
                list.Add(bound);
                if (key is not null && bound[key] is { } id && !seen.Add(id.ToJsonString()))
                    Refuse(Pointer(at, key), "duplicate-element", "another element of the list has the same value");
            }

            index++;
        }

        return list;
    }

    /// <summary>
    /// What an element was before: the one with its key; where elements have no key, one with the server-set members that were sent, wherever it
    /// stood, else the one in its place.
    /// </summary>
    private static JsonNode? Counterpart(JsonElement element, Field declared, string? key, int index, JsonArray? current)
    {
        if (current is null)
            return null;
        if (key is null)
            return current.FirstOrDefault(candidate => SameServerSet(element, declared, candidate)) ?? current.ElementAtOrDefault(index);
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(key, out var id))
            return null;

        return current.FirstOrDefault(candidate => Same(id, candidate?[key]));
    }

    private static bool SameServerSet(JsonElement element, Field declared, JsonNode? candidate) =>
        element.ValueKind == JsonValueKind.Object && candidate is JsonObject present
        && declared.Fields.Values.Where(field => field.ServerSet).All(field => !element.TryGetProperty(field.Name, out var sent) || Same(sent, present[field.Name]));

    private void RequireAll(JsonObject bound, IReadOnlyDictionary<string, Field> fields, string pointer)
    {
        foreach (var field in fields.Values.Where(field => field is { Required: true, ServerSet: false } && !bound.ContainsKey(field.Name)))
        {
            var at = Pointer(pointer, field.Name);
            if (!_errors.Exists(error => error.Pointer == at || error.Pointer.StartsWith(at + "/", StringComparison.Ordinal)))
                Refuse(at, "required", "is required");
        }
    }

    private void Refuse(string pointer, string code, string detail)
    {
        // Enough to mend a body; not enough to make the answer a weapon.
        if (_errors.Count < 100)
            _errors.Add(new FieldError(pointer, code, detail));
    }

    private static bool Same(JsonElement sent, JsonNode? present) =>
        present is null
            ? sent.ValueKind == JsonValueKind.Null
            : JsonNode.DeepEquals(sent.ToNode(), present);

    /// <summary>The pointer of a member below another pointer.</summary>
    internal static string Pointer(string parent, string name) =>
        $"{parent}/{Uri.EscapeDataString(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal))}";
}
