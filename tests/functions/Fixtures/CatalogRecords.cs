using System.Text.Json.Nodes;

namespace Crm.Tests.Fixtures;

/// <summary>Records made from the field table, for theories that know no entity by name.</summary>
internal static class CatalogRecords
{
    /// <summary>What only the rules of an entity know good values of.</summary>
    public static readonly IReadOnlySet<string> Ruled = new HashSet<string>(
        ["activities/activityType", "activities/status", "cases/status", "consents/channel", "consents/policyVersion", "consents/purpose", "consents/source",
            "consents/state", "customers/kind", "exchange-rates/currency", "exchange-rates/date", "inbound-webhooks/eventId", "inbound-webhooks/match",
            "inbound-webhooks/mode", "inbound-webhooks/signature", "inbound-webhooks/target", "inbound-webhooks/when", "leads/status", "opportunities/amount",
            "opportunities/stageId", "orders/discountAmount", "orders/discountPercent", "orders/shippingAmount", "price-lists/isDefault", "products/validTo",
            "segments/entity", "segments/filter", "segments/kind", "suppressions/addressHash", "webhooks/filter"]);

    /// <summary>Creates a record from no more than its sample's required fields.</summary>
    public static async Task<JsonObject> CreateBareAsync(this CrmApp app, string collection) =>
        (await app.PostAsync(collection, Catalogued.Type(collection).RequiredPart(await app.SampleAsync(collection)))).Expect(201).Record;

    /// <summary>A patch that gives every scalar another value.</summary>
    public static JsonObject OtherScalars(JsonObject record)
    {
        var collection = record["type"]!.GetValue<string>();
        var patch = new JsonObject();
        foreach (var field in Catalogued.Type(collection).Writable().Where(field => !Ruled.Contains($"{collection}/{field.Name}")))
        {
            if (FieldValues.Other(field, record[field.Name]) is { } value)
                patch[field.Name] = value;
        }

        return patch;
    }

    /// <summary>Gives every scalar of a record another value.</summary>
    public static async Task<JsonObject> ChangeEverythingAsync(this CrmApp app, JsonObject record) =>
        (await app.PatchAsync(record, OtherScalars(record))).Expect(200).Json;
}
