using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Webhooks.Inbound;

/// <summary>Somebody who sends events, and signs them.</summary>
internal sealed class Sender(CrmApp app, JsonObject webhook)
{
    public const string Header = "X-Signature";

    private readonly string _secret = (string)webhook["secret"]!;

    /// <summary>The webhook, without its secret.</summary>
    public JsonObject Webhook { get; } = new(webhook.Where(member => member.Key != "secret").Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

    public string Path => (string)webhook["path"]!;

    /// <summary>Sends as Standard Webhooks has it.</summary>
    public Task<Answer> SendAsync(string id, JsonNode? body, DateTimeOffset? at = null, string? secret = null, string? path = null) =>
        SendAsync(id, Encoding.UTF8.GetBytes(body?.ToJsonString() ?? "null"), "application/json", at, secret, path);

    public Task<Answer> SendAsync(string id, byte[] body, string? mediaType, DateTimeOffset? at = null, string? secret = null, string? path = null) =>
        app.SendBytesAsync("POST", path ?? Path, body, mediaType, Headers(id, body, at ?? TimeProvider.System.GetUtcNow(), secret ?? _secret));

    /// <summary>What is sent with a body.</summary>
    public (string Name, string Value)[] Headers(string id, byte[] body) => Headers(id, body, TimeProvider.System.GetUtcNow(), _secret);

    /// <summary>Sends with a plain signature of the body.</summary>
    public Task<Answer> SendPlainAsync(byte[] body, string mediaType, string? secret = null, params (string, string)[] headers) =>
        app.SendBytesAsync("POST", Path, body, mediaType, [(Header, $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret ?? _secret), body))}"), .. headers]);

    public static (string, string)[] Headers(string id, byte[] body, DateTimeOffset at, string secret)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return
        [
            ("webhook-id", id),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), signed))}"),
        ];
    }

    /// <summary>The events of the webhook, newest first.</summary>
    public async Task<IReadOnlyList<JsonObject>> EventsAsync(string query = "") =>
        [.. (await app.SendAsync("GET", $"{Webhook.Path()}/events{query}")).Expect(200).Json["value"]!.AsArray().Select(received => (JsonObject)received!)];

    /// <summary>An event once it has come to an end.</summary>
    public Task<JsonObject> SettledAsync(string id) => Eventually.GetAsync(
        async () => (await app.SendAsync("GET", $"{Webhook.Path()}/events/{id}")).Expect(200).Json, received => (string?)received["state"] != "received", "the end of the event");

    /// <summary>Sends an event, and waits for what becomes of it.</summary>
    public async Task<JsonObject> DeliverAsync(string id, JsonNode body) => await SettledAsync((await SendAsync(id, body)).Expect(202).Json.Id());
}

/// <summary>Makes inbound webhooks.</summary>
internal static class Senders
{
    /// <summary>A rule that copies.</summary>
    public static JsonObject From(string to, string from) => new() { ["to"] = to, ["from"] = from };

    public static JsonObject Value(string to, string value) => new() { ["to"] = to, ["value"] = value };

    public static JsonObject Template(string to, string template) => new() { ["to"] = to, ["template"] = template };

    /// <summary>A rule that looks a record up.</summary>
    public static JsonObject Find(string to, string from, string collection, string by, string? source = null) =>
        new() { ["to"] = to, ["from"] = from, ["find"] = new JsonObject { ["in"] = collection, ["by"] = by, ["source"] = source } };

    public static async Task<Sender> SenderAsync(this CrmApp app, string target, JsonArray mapping, params (string Name, JsonNode? Value)[] fields)
    {
        var body = new JsonObject { ["target"] = target, ["mapping"] = mapping };
        foreach (var (name, value) in fields)
            body[name] = value;
        return new Sender(app, (await app.PostAsync("inbound-webhooks", body)).Expect(201).Json);
    }

    /// <summary>A webhook that makes a lead of the member <c>name</c>.</summary>
    public static Task<Sender> LeadSenderAsync(this CrmApp app, params (string Name, JsonNode? Value)[] fields) => app.SenderAsync("leads", [From("/lastName", "/name")], fields);

    public static JsonObject Plain(string? prefix = "sha256=") => new() { ["scheme"] = "hmacSha256", ["header"] = Sender.Header, ["prefix"] = prefix };

    /// <summary>The leads of a name.</summary>
    public static async Task<IReadOnlyList<JsonObject>> LeadsAsync(this CrmApp app, string name) =>
        [.. (await app.ListAsync("leads", ("filter", $"lastName eq '{name}'"))).Expect(200).Json["value"]!.AsArray().Select(lead => (JsonObject)lead!)];
}
