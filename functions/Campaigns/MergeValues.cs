using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform.Auth;

namespace Crm.Campaigns;

/// <summary>What the templates of a campaign can take: the campaign, and the fields of whom it is written to. A mail shows nobody what the API would not.</summary>
public sealed class MergeValues(EntityCatalog catalog, RecordStore records)
{
    /// <summary>Whose fields can be merged in, with the name that templates know them by.</summary>
    public static IReadOnlyDictionary<string, string> Parties { get; } =
        new Dictionary<string, string> { ["accounts"] = "account", ["contacts"] = "contact", ["customers"] = "customer", ["leads"] = "lead" };

    /// <summary>Without a party: their places stay empty.</summary>
    public static JsonObject Of(Campaign campaign) => new() { ["campaign"] = new JsonObject { ["id"] = campaign.Id, ["name"] = campaign.Name } };

    /// <summary>With a party, and where it is a customer, with its contact or account; null where the party is not there, or not for this reader to see.</summary>
    public async Task<JsonObject?> OfAsync(Campaign campaign, string tenantId, Permissions reader, RecordLink party, CancellationToken cancellation)
    {
        var values = Of(campaign);
        if (await AddAsync(party.Type, party.Id) is not { } data)
            return null;

        if (party.Type == catalog.Of<Customer>().Collection)
        {
            foreach (var (field, of) in new[] { ("contactId", "contacts"), ("accountId", "accounts") })
            {
                if (data.TryGetProperty(field, out var id))
                    await AddAsync(of, id.GetString()!);
            }
        }

        return values;

        async Task<JsonElement?> AddAsync(string collection, string id)
        {
            if (await records.ReadAsync(new RecordKey(tenantId, collection, id), session: null, cancellation) is not { IsTombstone: false } stored || !reader.Allows(Right.Read, collection, stored.Data))
                return null;

            var fields = JsonObject.Create(stored.Data)!;
            foreach (var hidden in reader.Hidden(collection))
                fields.Remove(hidden);
            values[Parties[collection]] = fields;
            return stored.Data;
        }
    }
}
