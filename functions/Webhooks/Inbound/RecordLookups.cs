using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Query;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Crm.Webhooks.Inbound;

/// <summary>Finds records by a value that only one has, as far as the caller may read them.</summary>
internal sealed class RecordLookups(EntityCatalog catalog, EntityService entities, UniqueValues uniques, RecordLists lists, CallContext call)
{
    public const string ExternalIds = "externalIds";

    private const int MostWithEmail = 20;

    private string TenantId => call.Caller.TenantId;

    /// <summary>The ids of the records that have the value: one, unless nothing or too much was found.</summary>
    /// <param name="by">A unique field, <see cref="ExternalIds"/>, or <c>email</c>.</param>
    /// <param name="source">The source of an external id.</param>
    public async Task<IReadOnlyList<string>> FindAsync(string collection, string by, string? source, string value, CancellationToken cancellation)
    {
        var type = catalog.Get(collection);
        if (by == ExternalIds)
            return await HoldingAsync(type, UniqueValue.Of(type, new JsonObject { [ExternalIds] = new JsonArray(ExternalId(source, value)) }), cancellation);
        if (MappingTarget.IsUnique(type, by))
            return await HoldingAsync(type, [UniqueValue.OfText(type, by, value)], cancellation);

        if (TextForms.Normalize(TextForm.Email, value) is not { } email)
            return [];

        return type.Record == typeof(Customer) ? await CustomersAsync(type, email, cancellation) : await WithEmailAsync(type, email, cancellation);
    }

    public static JsonObject ExternalId(string? source, string id) => new() { ["source"] = source, ["id"] = id };

    /// <summary>A reservation says who may have the value; the record says whether it has.</summary>
    private async Task<IReadOnlyList<string>> HoldingAsync(EntityType type, IEnumerable<UniqueValue> wanted, CancellationToken cancellation)
    {
        var found = new List<string>();
        foreach (var value in wanted)
        {
            if (await uniques.FindOwnerAsync(TenantId, value, cancellation) is { } id
                && await entities.ReadAsync(type.Collection, id, session: null, cancellation) is { Failed: false } read
                && UniqueValue.Of(type, JsonObject.Create(read.Value.Data)).Contains(value))
                found.Add(id);
        }

        return found;
    }

    /// <summary>A customer's address is that of its contact or account.</summary>
    private async Task<IReadOnlyList<string>> CustomersAsync(EntityType customers, string email, CancellationToken cancellation)
    {
        var found = new List<string>();
        foreach (var (parts, reference) in new[] { (catalog.Of<Contact>(), "contactId"), (catalog.Of<Account>(), "accountId") })
        {
            foreach (var id in await WithEmailAsync(parts, email, cancellation))
                found.AddRange(await HoldingAsync(customers, [UniqueValue.OfText(customers, reference, id)], cancellation));
        }

        return found;
    }

    private async Task<IReadOnlyList<string>> WithEmailAsync(EntityType type, string email, CancellationToken cancellation)
    {
        var literal = $"'{email.Replace("'", "''", StringComparison.Ordinal)}'";
        var query = new QueryCollection(new Dictionary<string, StringValues>
        {
            ["filter"] = type.Fields.ContainsKey(MappingTarget.EmailFields.Several) ? $"emails/any(e:e/address eq {literal})" : $"email eq {literal}",
            ["select"] = "id",
            ["maxpagesize"] = $"{MostWithEmail}",
        });

        var seen = type.SeenBy(call.Caller);
        var page = await lists.ListAsync(seen, call.Caller, Readable.By(call.Caller, seen), query, new Uri("http://localhost/"), cancellation);
        return page.Failed ? [] : [.. JsonElement.Parse(page.Value.Body.Span).GetProperty("value").EnumerateArray().Select(row => row.GetProperty("id").GetString()!)];
    }
}
