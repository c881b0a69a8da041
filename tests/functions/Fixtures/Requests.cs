using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Platform.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Fixtures;

/// <summary>The requests that tests make over and over. A record is named by the body that was answered for it, a write conditional on its ETag.</summary>
internal static class Requests
{
    public static string Path(this JsonNode record) => $"/api/v1/{record["type"]}/{record["id"]}";

    public static string Id(this JsonNode record) => record["id"]!.GetValue<string>();

    public static DateTimeOffset Time(this JsonNode? value) => DateTimeOffset.Parse(value!.GetValue<string>(), CultureInfo.InvariantCulture);

    public static (string, string) IfMatch(this JsonNode record) => ("If-Match", record["etag"]!.GetValue<string>());

    public static Task<Answer> PostAsync(this CrmApp app, string collection, JsonNode? body, params (string, string)[] headers) =>
        app.SendAsync("POST", $"/api/v1/{collection}", body, headers);

    public static Task<Answer> ReadAsync(this CrmApp app, JsonNode record, params (string, string)[] headers) =>
        app.SendAsync("GET", record.Path(), null, headers);

    public static Task<Answer> PatchAsync(this CrmApp app, JsonNode record, JsonNode patch, params (string, string)[] headers) =>
        app.SendAsync("PATCH", record.Path(), patch, [record.IfMatch(), .. headers]);

    public static Task<Answer> ReplaceAsync(this CrmApp app, JsonNode record, JsonNode body, params (string, string)[] headers) =>
        app.SendAsync("PUT", record.Path(), body, [record.IfMatch(), .. headers]);

    public static Task<Answer> DeleteAsync(this CrmApp app, JsonNode record) => app.SendAsync("DELETE", record.Path(), null, record.IfMatch());

    /// <summary>The records a query string finds: parameter by parameter, as they are before encoding.</summary>
    public static Task<Answer> ListAsync(this CrmApp app, string collection, params (string Name, string Value)[] query) =>
        app.SendAsync("GET", $"/api/v1/{collection}?{string.Join('&', query.Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"))}");

    /// <summary>Sends bytes that need not be JSON.</summary>
    public static async Task<Answer> SendBytesAsync(this CrmApp app, string method, string path, byte[] body, string? mediaType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(body) };
        if (mediaType is not null)
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);

        using var response = await app.Client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    public static Task<Answer> SendTextAsync(this CrmApp app, string method, string path, string body) =>
        app.SendBytesAsync(method, path, Encoding.UTF8.GetBytes(body), method == "PATCH" ? "application/merge-patch+json" : "application/json", ("If-Match", "*"));

    /// <summary>Everything that lies beside a record: itself, its changes, its idempotency documents.</summary>
    public static Task<IReadOnlyList<JsonObject>> DocumentsAsync(this CrmApp app, JsonNode record) =>
        app.Cosmos().Records.DocumentsAsync(new PartitionKeyBuilder().Add("default").Add(record["type"]!.GetValue<string>()).Add(record.Id()).Build());

    /// <summary>What history holds of a record, oldest first.</summary>
    public static async Task<IReadOnlyList<JsonObject>> EntriesAsync(this CrmApp app, JsonNode record) =>
        [.. (await app.Cosmos().History.DocumentsAsync(record.HistoryPartition())).OrderBy(entry => entry["version"]!.GetValue<int>())];

    public static PartitionKey HistoryPartition(this JsonNode record) => new PartitionKeyBuilder().Add("default").Add($"{record["type"]}/{record.Id()}").Build();

    public static CrmContainers Cosmos(this CrmApp app) => app.Services.GetRequiredService<CrmContainers>();

    private static async Task<IReadOnlyList<JsonObject>> DocumentsAsync(this Container container, PartitionKey partition)
    {
        var rows = new List<JsonObject>();
        using var pages = container.GetItemQueryStreamIterator("SELECT * FROM c", requestOptions: new QueryRequestOptions { PartitionKey = partition });
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            page.EnsureSuccessStatusCode();
            rows.AddRange((await JsonSerializer.DeserializeAsync<JsonObject>(page.Content))!["Documents"]!.AsArray().Select(row => (JsonObject)row!.DeepClone()));
        }

        return rows;
    }
}
