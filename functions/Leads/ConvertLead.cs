using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;

namespace Crm.Leads;

/// <summary>
/// Converts a lead. The records it becomes have ids that follow from the lead's, and the lead is marked last: a request that was cut short after any of
/// the steps is repeated, finds what was made, makes the rest, and so ends with one of each.
/// </summary>
public sealed class ConvertLead(EntityCatalog catalog, EntityService entities, CallContext call)
{
    private const string Action = "convert";

    /// <summary>How many records made by earlier requests may have been deleted before a new one finds a free id.</summary>
    private const int Attempts = 10;

    /// <summary>The converted lead. One that is converted already is answered as it is.</summary>
    public async Task<Result<RecordReply>> RunAsync(string id, JsonElement body, WriteOptions options, CancellationToken cancellation)
    {
        var type = catalog.Of<Lead>();
        var read = await entities.ReadAsync(type.Collection, id, session: null, cancellation);
        if (read.Failed)
            return read.Error;

        // What becomes of a lead holds all its fields.
        if (read.Value.Hidden.Count > 0)
            return new Forbidden("Converting a lead takes the right to read all its fields.");

        var lead = (Lead)type.Deserialize(read.Value.Data);
        if (lead.Status == LeadStatus.Converted)
            return await entities.ActAsync<Lead>(id, Action, options with { IfMatch = null }, present => present, cancellation);
        if (options.IfMatch is { } condition && !condition.Matches(lead.Version))
            return new Stale(lead.Etag, []);
        if (RefusedMove(read.Value) is { } move)
            return move;

        var wanted = new ConversionReader(catalog, lead).Read(body);
        if (wanted.Failed)
            return wanted.Error;
        if (await RefusedPartAsync(wanted.Value, cancellation) is { } refused)
            return refused;

        return await MakeAsync(id, wanted.Value, options, cancellation);
    }

    private static InvalidTransition? RefusedMove(RecordReply lead)
    {
        var status = lead.Type.Fields["status"];
        var from = lead.Data.GetProperty(status.Name).GetString()!;
        const string To = "converted";
        return status.States!.Allows(from, To, Action) ? null : new InvalidTransition(status.Name, from, To, status.States.From(from), status.States.ActionsFrom(from));
    }

    /// <summary>What is wrong with any of the parts, found before the first is made.</summary>
    private async Task<Error?> RefusedPartAsync(Conversion conversion, CancellationToken cancellation)
    {
        var errors = await Task.WhenAll(conversion.Parts.Select(part => RefusedAsync(part, cancellation)));
        var invalid = errors.OfType<Invalid>().SelectMany(error => error.Errors).ToList();
        return invalid.Count > 0 ? new Invalid(invalid) : Array.Find(errors, error => error is not null);
    }

    private async Task<Error?> RefusedAsync(ConversionPart part, CancellationToken cancellation)
    {
        if (part.LinkId is null)
            return await entities.CheckAsync(part.Type, part.Fields, cancellation) is { } error ? part.InRequest(error) : null;

        return (await entities.ReadAsync(part.Type.Collection, part.LinkId, session: null, cancellation)).Failed
            ? new Invalid([new FieldError($"#/{part.Name}/linkId", "unknown-reference", $"there is no such record in {part.Type.Collection}")])
            : null;
    }

    private async Task<Result<RecordReply>> MakeAsync(string leadId, Conversion conversion, WriteOptions options, CancellationToken cancellation)
    {
        var account = await FindOrCreateAsync(leadId, conversion.Account, cancellation);
        if (account.Error is not null)
            return account.Error;

        Default(conversion.Contact, "accounts", account.Id is null ? null : new JsonArray(new JsonObject { ["accountId"] = account.Id, ["isPrimary"] = true }));
        var contact = await FindOrCreateAsync(leadId, conversion.Contact, cancellation);
        if (contact.Error is not null)
            return contact.Error;

        Default(conversion.Opportunity, "accountId", account.Id);
        Default(conversion.Opportunity, "contacts", contact.Id is null ? null : new JsonArray(new JsonObject { ["contactId"] = contact.Id, ["isPrimary"] = true }));
        var opportunity = await FindOrCreateAsync(leadId, conversion.Opportunity, cancellation);
        if (opportunity.Error is not null)
            return opportunity.Error;

        return await entities.ActAsync<Lead>(leadId, Action, options, Converted, cancellation);

        // Another request may have been first.
        Lead Converted(Lead lead) => lead.Status == LeadStatus.Converted ? lead : lead with
        {
            Status = LeadStatus.Converted,
            ConvertedAccountId = account.Id,
            ConvertedContactId = contact.Id,
            ConvertedOpportunityId = opportunity.Id,
        };
    }

    private async Task<(string? Id, Error? Error)> FindOrCreateAsync(string leadId, ConversionPart? part, CancellationToken cancellation)
    {
        if (part is null || part.LinkId is not null)
            return (part?.LinkId, null);

        for (var attempt = 1; ; attempt++)
        {
            var id = Ids.From(call.Caller.TenantId, leadId, part.Type.Collection, attempt.ToString(CultureInfo.InvariantCulture));
            var created = await entities.CreateAsync(part.Type, id, part.Fields, new WriteOptions(), cancellation);
            if (!created.Failed)
                return (id, null);
            if (created.Error is not Conflict || attempt == Attempts)
                return (null, part.InRequest(created.Error));

            // The id is taken by an earlier request that did not get to the end. Its record is the one, unless it has been deleted since.
            if (!(await entities.ReadAsync(part.Type.Collection, id, session: null, cancellation)).Failed)
                return (id, null);
        }
    }

    private static void Default(ConversionPart? part, string field, JsonNode? value)
    {
        if (part is { LinkId: null } && value is not null && !part.Fields.ContainsKey(field))
            part.Fields[field] = value;
    }
}
