using System.Text.Json.Nodes;
using Crm.Entities.Schema;

namespace Crm.Entities.Changes;

/// <summary>What differs between two states of a record, field by field: members of objects one by one, lists and references as a whole.</summary>
public static class Diff
{
    /// <summary>They follow from the change itself (version, actor, time) and are not told again.</summary>
    private static readonly HashSet<string> Implied = ["id", "type", "version", "etag", "updatedAt", "updatedBy"];

    /// <summary>Whether a change says of this field that it changed.</summary>
    public static bool Tells(string field) => !Implied.Contains(field);

    public static IReadOnlyList<FieldChange> Between(EntityType type, JsonObject? before, JsonObject? after)
    {
        var changes = new List<FieldChange>();
        foreach (var field in type.Fields.Values.Where(field => Tells(field.Name)))
            Compare("/" + field.Name, field, before?[field.Name], after?[field.Name], field.Personal, changes);

        return changes;
    }

    /// <summary>The state before a change, given the state after it.</summary>
    public static JsonObject Undo(JsonObject after, Change change)
    {
        var before = (JsonObject)after.DeepClone();
        foreach (var field in change.Changes)
            Set(before, field.Path.Split('/').AsSpan(1), field.Before?.DeepClone());

        return before;
    }

    /// <summary>Of a record before and after a change, the fields that it changed.</summary>
    public static (JsonObject Before, JsonObject After) Sides(Change change)
    {
        var (before, after) = (new JsonObject(), new JsonObject());
        foreach (var field in change.Changes)
        {
            var path = field.Path.Split('/').AsSpan(1);
            Set(before, path, field.Before?.DeepClone());
            Set(after, path, field.After?.DeepClone());
        }

        return (before, after);
    }

    private static void Compare(string path, Field field, JsonNode? before, JsonNode? after, bool personal, List<FieldChange> changes)
    {
        if (field is { Kind: FieldKind.Object, Reference: null } && before is JsonObject or null && after is JsonObject or null && (before ?? after) is not null && field.Fields.Count > 0)
        {
            foreach (var member in field.Fields.Values)
                Compare($"{path}/{member.Name}", member, before?[member.Name], after?[member.Name], personal || member.Personal, changes);
        }
        else if (!JsonNode.DeepEquals(before, after))
        {
            changes.Add(personal
                ? Change.Personal(path, before?.DeepClone(), after?.DeepClone())
                : new FieldChange(path, before?.DeepClone(), after?.DeepClone()));
        }
    }

    private static void Set(JsonObject record, ReadOnlySpan<string> path, JsonNode? value)
    {
        if (path.Length == 1)
        {
            if (value is null)
                record.Remove(path[0]);
            else
                record[path[0]] = value;
            return;
        }

        if (record[path[0]] is not JsonObject inner)
        {
            if (value is null)
                return;
            record[path[0]] = inner = [];
        }

        Set(inner, path[1..], value);
        if (inner.Count == 0)
            record.Remove(path[0]);
    }
}
