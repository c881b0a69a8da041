using Crm.Campaigns.Sending;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Webhooks.Inbound;

/// <summary>What events can be written to.</summary>
/// <param name="Type">Null for the recipients of campaigns, which are no records.</param>
internal sealed record MappingTarget(string Name, IReadOnlyDictionary<string, Field> Fields, EntityType? Type)
{
    /// <summary>The target that takes what mail providers tell of the mails of campaigns.</summary>
    public const string Recipients = "campaign-recipients";

    private static readonly MappingTarget OfMails = new(Recipients, SchemaReader.Read(typeof(MailEvent)), null);

    /// <summary>The target of this name, or null. Who may do what, and where data goes, is not for events to say.</summary>
    public static MappingTarget? Find(EntityCatalog catalog, string name) =>
        name == Recipients ? OfMails
        : catalog.Exposed(name) is { MadeBy: null } type && !Permissions.IsManaged(name) ? new MappingTarget(name, type.Fields, type)
        : null;

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
