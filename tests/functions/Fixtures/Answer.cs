using System.Net;
using System.Text.Json.Nodes;

namespace Crm.Tests.Fixtures;

/// <summary>What the API answered.</summary>
public sealed record Answer(HttpStatusCode Status, JsonNode? Body, IReadOnlyDictionary<string, string> Headers, string Text, string Url = "")
{
    /// <summary>The body of an answer that should be a JSON object.</summary>
    public JsonObject Json => (JsonObject)Body!;

    /// <summary>The record in the body, without a secret that only the answer to its creation shows.</summary>
    public JsonObject Record
    {
        get
        {
            var record = (JsonObject)Json.DeepClone();
            record.Remove("secret");
            return record;
        }
    }

    public string? ETag => Headers.GetValueOrDefault("ETag");

    /// <summary>The problem's code.</summary>
    public string? Code => (string?)Body?["code"];

    /// <summary>Pointer and code of every field error.</summary>
    public IReadOnlyList<string> Errors => [.. Body?["errors"]?.AsArray().Select(error => $"{error!["pointer"] ?? error["parameter"]} {error["code"]}") ?? []];

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        var json = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true && text.Length > 0;
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer(response.StatusCode, json ? JsonNode.Parse(text) : null, headers, text, Uri.UnescapeDataString(response.RequestMessage?.RequestUri?.PathAndQuery ?? ""));
    }
}
