using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Json;

namespace Crm.Leads;

/// <summary>What a lead is converted into. A part that is null is not made; one that is left out is made of the lead, as far as it has a company or a person in it.</summary>
internal sealed record ConversionBody
{
    public ConversionSource? Account { get; init; }

    public ConversionSource? Contact { get; init; }

    public ConversionSource? Opportunity { get; init; }
}

/// <summary>Either a new record, or one there is.</summary>
internal sealed record ConversionSource
{
    /// <summary>Fields of the new record; the lead gives those that are left out.</summary>
    public JsonObject? Create { get; init; }

    public string? LinkId { get; init; }
}

/// <summary>
/// Reads what a lead is to be converted into: <c>{"account": {"create": {…}}, "contact": {"linkId": "…"}, "opportunity": null}</c>. A part that is null is
/// not made. A part that is left out is made of the lead, as far as the lead has a company or a person in it.
/// </summary>
internal sealed class ConversionReader(EntityCatalog catalog, Lead lead)
{
    private static readonly string[] Names = [.. SchemaReader.Read(typeof(ConversionBody)).Keys];
    private static readonly string[] Ways = [.. SchemaReader.Read(typeof(ConversionSource)).Keys];

    private readonly List<FieldError> _errors = [];

    public Result<Conversion> Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return new Invalid([new FieldError("#", "type", "must be a JSON object")]);

        RefuseOthers(body, Names, "#");
        var contact = Part<Contact>(body, "contact", lead.LastName is not null, LeadDefaults.Contact(lead));
        var account = Part<Account>(body, "account", lead.CompanyName is not null, LeadDefaults.Account(lead, alone: contact is null));
        var opportunity = Part<Opportunity>(body, "opportunity", true, LeadDefaults.Opportunity(lead));
        if (contact is null && account is null && _errors.Count == 0)
            _errors.Add(new FieldError("#/contact", "required", "a lead is converted into an account, a contact or both"));

        return _errors.Count > 0 ? new Invalid(_errors) : new Conversion(account, contact, opportunity);
    }

    private ConversionPart? Part<T>(JsonElement body, string name, bool byDefault, JsonObject defaults) where T : Entity
    {
        var type = catalog.Of<T>();
        if (!body.TryGetProperty(name, out var part))
            return byDefault ? Created(type, name, defaults) : null;

        switch (part.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.Object:
                RefuseOthers(part, Ways, $"#/{name}");
                break;
            default:
                _errors.Add(new FieldError($"#/{name}", "type", "must be a JSON object, or null"));
                return null;
        }

        var create = part.TryGetProperty("create", out var fields);
        var link = part.TryGetProperty("linkId", out var id);
        if (create == link)
            _errors.Add(new FieldError($"#/{name}", "one-of", "needs either create or linkId"));
        else if (create && fields.ValueKind != JsonValueKind.Object)
            _errors.Add(new FieldError($"#/{name}/create", "type", "must be a JSON object"));
        else if (link && id.ValueKind != JsonValueKind.String)
            _errors.Add(new FieldError($"#/{name}/linkId", "type", "must be text"));
        else
            return create ? Created(type, name, Over(defaults, fields)) : new ConversionPart(name, type, id.GetString(), []);

        return null;
    }

    private ConversionPart Created(EntityType type, string name, JsonObject fields)
    {
        var binder = new BodyBinder(type.Fields);
        var bound = binder.Create(JsonSerializer.SerializeToElement(fields, CrmJson.Options));
        _errors.AddRange(ConversionPart.InRequest(name, binder.Errors));
        return new ConversionPart(name, type, null, bound);
    }

    private static JsonObject Over(JsonObject defaults, JsonElement fields)
    {
        foreach (var member in fields.EnumerateObject())
            defaults[member.Name] = member.Value.ToNode();

        return defaults;
    }

    private void RefuseOthers(JsonElement value, string[] known, string pointer)
    {
        foreach (var member in value.EnumerateObject().Where(member => !known.Contains(member.Name)))
            _errors.Add(new FieldError(BodyBinder.Pointer(pointer, member.Name), "unknown-field", $"there is no field '{member.Name}' here; known: {string.Join(", ", known)}"));
    }
}
