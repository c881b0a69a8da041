using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities.Types;

/// <summary>The requests that tests of an entity's rules make.</summary>
public abstract class RuleTests(CrmApp app)
{
    protected CrmApp App { get; } = app;

    protected static string Id(JsonNode record) => record["id"]!.GetValue<string>();

    protected static string? Text(JsonNode record, string field) => record[field]?.ToString();

    protected static JsonObject Link(JsonNode record) => new() { ["type"] = Text(record, "type"), ["id"] = Id(record) };

    protected Task<Answer> PostAsync(string collection, JsonObject body) => App.SendAsync("POST", $"/api/v1/{collection}", body);

    /// <summary>Posts a sample with these fields changed; null takes one out.</summary>
    protected async Task<Answer> PostSampleAsync(string collection, params (string Field, JsonNode? Value)[] changes)
    {
        var body = await App.SampleAsync(collection);
        foreach (var (field, value) in changes)
            body[field] = value;

        return await PostAsync(collection, body);
    }

    protected Task<Answer> PatchAsync(JsonNode record, JsonObject patch) => App.SendAsync("PATCH", Path(record), patch, ("If-Match", "*"));

    protected async Task<JsonObject> PatchedAsync(JsonNode record, JsonObject patch) => Ok(await PatchAsync(record, patch));

    protected Task<Answer> DeleteAsync(JsonNode record) => App.SendAsync("DELETE", Path(record), null, ("If-Match", "*"));

    protected async Task<JsonObject> ReadAsync(JsonNode record) => Ok(await App.SendAsync("GET", Path(record)));

    /// <summary>The answer's record.</summary>
    protected static JsonObject Ok(Answer answer)
    {
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, $"{(int)answer.Status} {answer.Text}");
        return answer.Json;
    }

    /// <summary>A 422 with exactly these errors, each as <c>#/pointer code</c>.</summary>
    protected static void Refused(Answer answer, params string[] errors)
    {
        Assert.True(answer.Status == HttpStatusCode.UnprocessableEntity, $"{(int)answer.Status} {answer.Text}");
        Assert.Equal(errors.Order(StringComparer.Ordinal), answer.Errors.Order(StringComparer.Ordinal));
    }

    /// <summary>A 409 that names where a status may go instead.</summary>
    protected static void NoSuchMove(Answer answer, params string[] allowed)
    {
        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Assert.Equal("invalid-transition", answer.Code);
        Assert.Equal(allowed, answer.Json["allowed"]!.AsArray().Select(state => (string?)state));
    }

    protected static string Path(JsonNode record) => $"/api/v1/{Text(record, "type")}/{Id(record)}";
}
