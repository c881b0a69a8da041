using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Webhooks.Inbound;

/// <summary>What events can be written to, and where in it a pointer leads.</summary>
internal static class MappingTarget
{
    /// <summary>The collection that events may be written to, or null. Who may do what, and where data goes, is not for events to say.</summary>
    public static EntityType? Find(EntityCatalog catalog, string collection) =>
        catalog.Exposed(collection) is { MadeBy: null } type && !Permissions.IsManaged(collection) ? type : null;

    /// <summary>The field that a pointer leads to, or null.</summary>
    public static Field? FieldAt(IReadOnlyDictionary<string, Field> fields, JsonPointer pointer)
    {
        Field? found = null;
        foreach (var step in pointer.Steps)
        {
            found = found switch
            {
                null => fields.GetValueOrDefault(step),
                { Kind: FieldKind.List, Element: var element } => JsonPointer.Index(step) is { } index && index < Math.Min(found.MaxLength, JsonPointer.MostElements) ? element : null,
                _ => found.Fields.GetValueOrDefault(step),
            };
            if (found is null || found.ServerSet)
                return found;
        }

        return found;
    }

    /// <summary>Whether records can be looked up by an e-mail address that other records may have, too.</summary>
    public static bool HasEmail(EntityType type) => type.Record == typeof(Customer) || type.Fields.ContainsKey(EmailFields.One) || type.Fields.ContainsKey(EmailFields.Several);

    /// <summary>Whether a field is a text that only one record has.</summary>
    public static bool IsUnique(EntityType type, string field) => type.Fields.TryGetValue(field, out var found) && found is { Unique: true, Kind: FieldKind.Text };

    /// <summary>The names that fields with e-mail addresses have.</summary>
    internal static class EmailFields
    {
        public const string One = "email";
        public const string Several = "emails";
    }
}
