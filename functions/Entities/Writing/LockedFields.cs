using System.Text.Json.Nodes;
using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Entities.Writing;

/// <summary>The fields a caller may not write, held against what they sent.</summary>
internal static class LockedFields
{
    /// <summary>Fields that a replacement leaves as they are where it does not name them: the client may not know them, or not change them.</summary>
    public static IReadOnlySet<string> Kept(string collection, Permissions permissions)
    {
        var (hidden, locked) = (permissions.Hidden(collection), permissions.Locked(collection));
        return hidden.Count == 0 ? locked : locked.Count == 0 ? hidden : hidden.Union(locked).ToHashSet();
    }

    /// <summary>
    /// Refuses what a write would change. A field that the client may not even read is refused however it was sent: else its value could be guessed.
    /// </summary>
    /// <param name="named">The fields that the client sent.</param>
    /// <param name="bound">The record as it would be.</param>
    /// <param name="current">As it is; empty when it is being created.</param>
    public static Forbidden? Refuse(EntityType type, Permissions permissions, IReadOnlyCollection<string> named, JsonObject bound, JsonObject current)
    {
        var (hidden, locked) = (permissions.Hidden(type.Collection), permissions.Locked(type.Collection));
        if (hidden.Count == 0 && locked.Count == 0)
            return null;

        var errors = named.Where(Refused).Select(name => new FieldError(BodyBinder.Pointer("#", name), "forbidden", "you may not change this field")).ToList();
        return errors.Count == 0 ? null : new Forbidden($"You may not change {string.Join(", ", errors.Select(error => error.Pointer))}.") { Fields = errors };

        bool Refused(string name) => hidden.Contains(name)
            ? locked.Contains(name) || (type.Fields.TryGetValue(name, out var field) && field.ServerSet)
            : locked.Contains(name) && !JsonNode.DeepEquals(bound[name], current[name]);
    }
}
