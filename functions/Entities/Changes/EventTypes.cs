using System.Text.RegularExpressions;

namespace Crm.Entities.Changes;

/// <summary>Event types as subscribers name them: <c>contact.created</c>, <c>contact.*</c>, or <c>*</c> for all.</summary>
public static partial class EventTypes
{
    public const string All = "*";

    /// <summary>Subjects of events that are not named after the entity of their record, with its collection.</summary>
    private static readonly Dictionary<string, string> OwnSubjects = new(StringComparer.Ordinal) { ["stock"] = "stock-items" };

    /// <summary>Whether an event type is among those.</summary>
    public static bool Include(this IReadOnlyList<string> wanted, string type) =>
        wanted.Any(each => each == All || each == type || (each.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(each[..^1], StringComparison.Ordinal)));

    /// <summary>The entity that a name of event types is about; null where the name is none, or is <see cref="All"/>.</summary>
    public static EntityType? EntityOf(string name, EntityCatalog catalog)
    {
        if (!Form().IsMatch(name))
            return null;

        var subject = name[..name.IndexOf('.', StringComparison.Ordinal)];
        return OwnSubjects.TryGetValue(subject, out var collection) ? catalog.Exposed(collection) : catalog.All.FirstOrDefault(type => type.Exposed && type.Name == subject);
    }

    /// <summary>What is wrong with a name of event types, or null.</summary>
    public static string? Refusal(string name, EntityCatalog catalog) =>
        name == All || EntityOf(name, catalog) is not null ? null : $"'{name}' is no event type such as contact.created, contact.* or *";

    [GeneratedRegex(@"^[a-z][a-z-]*\.(\*|[a-z][a-z_]*)\z")]
    private static partial Regex Form();
}
