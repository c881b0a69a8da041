using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Sales;

/// <summary>Opportunities and pipelines, as tests of sales speak of them.</summary>
internal static class Selling
{
    /// <summary>An opportunity with a name and these fields; the rest is what the app makes of it.</summary>
    public static async Task<JsonObject> OpenAsync(this CrmApp app, params (string Field, JsonNode? Value)[] fields) =>
        (await app.PostAsync("opportunities", Opportunity(fields))).Expect(201).Json;

    public static JsonObject Opportunity(params (string Field, JsonNode? Value)[] fields)
    {
        var body = new JsonObject { ["name"] = "Sale" };
        foreach (var (field, value) in fields)
            body[field] = value;
        return body;
    }

    /// <summary>The tenant's default pipeline.</summary>
    public static async Task<JsonObject> DefaultPipelineAsync(this CrmApp app) =>
        (await app.SendAsync("GET", $"/api/v1/pipelines/{(await app.OpenAsync())["pipelineId"]}")).Expect(200).Json;

    public static string Stage(this JsonObject pipeline, string name) =>
        pipeline["stages"]!.AsArray().Single(stage => stage!["name"]!.GetValue<string>() == name)!.Id();

    public static async Task<JsonObject> ChangeAsync(this CrmApp app, JsonObject record, params (string Field, JsonNode? Value)[] fields) =>
        (await app.PatchAsync(record, Patch(fields))).Expect(200).Json;

    public static JsonObject Patch(params (string Field, JsonNode? Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Field, field.Value)));

    public static Task<Answer> ReopenAsync(this CrmApp app, JsonObject opportunity, params (string, string)[] headers) =>
        app.SendAsync("POST", opportunity.Path() + "/reopen", null, headers);

    public static JsonArray Lines(params JsonObject[] lines) => [.. lines];

    public static JsonObject Line(JsonObject product, decimal quantity, decimal? unitPrice = null, decimal? discountPercent = null)
    {
        var line = new JsonObject { ["productId"] = product.Id(), ["quantity"] = quantity };
        if (unitPrice is not null)
            line["unitPrice"] = unitPrice;
        if (discountPercent is not null)
            line["discountPercent"] = discountPercent;
        return line;
    }

    public static JsonObject Stage(string name, int order, string type, decimal probability, params string[] requiredFields) => new()
    {
        ["name"] = name,
        ["order"] = order,
        ["type"] = type,
        ["probability"] = probability,
        ["forecastCategory"] = "pipeline",
        ["requiredFields"] = new JsonArray([.. requiredFields.Select(field => (JsonNode)field)]),
    };

    public static string Text(this JsonNode record, string field) => record[field]!.ToString();
}
