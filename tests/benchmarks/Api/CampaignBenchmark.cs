using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;

namespace Crm.Benchmarks.Api;

/// <summary>
/// One campaign to many of which the sending is next century's, to see what finding the recipients takes, and one to some of them that is sent now. The leads are
/// written straight into the store: how fast the API makes them is not the question here.
/// </summary>
internal static class CampaignBenchmark
{
    private const int Sent = 2_000;
    private const int AtOnce = 32;
    private const string Purpose = "benchmark";

    public static async Task RunAsync(int audience)
    {
        using var sink = new MailSink();
        await using var crm = await CrmInProcess.StartAsync("--Mail:Host=127.0.0.1", $"--Mail:Port={sink.Port}", "--Mail:Security=None");
        using var client = new HttpClient { BaseAddress = crm.Address };
        await crm.SignInAsync(client);
        await SeedAsync(crm, audience);
        GC.Collect();
        var (idle, units) = (GC.GetTotalMemory(forceFullCollection: true), crm.RequestUnits);

        var expanding = await LaunchAsync(client, "industry eq 'many' or industry eq 'some'", DateTimeOffset.Parse("2100-01-01T00:00:00Z", null));
        var (most, watch) = (0L, Stopwatch.StartNew());
        for (var found = 0; found < audience; await Task.Delay(100))
        {
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
            found = (int)(await GetAsync(client, $"campaigns/{expanding}/effect"))["audience"]!;
        }

        var took = watch.Elapsed.TotalSeconds;
        Console.WriteLine($"Expansion of {audience:N0}: {took:N1} s, {audience / took:N0}/s, {(crm.RequestUnits - units) / audience:N1} RU each.");
        Console.WriteLine($"Managed memory: {idle / 1048576.0:N0} MB before, at most {most / 1048576.0:N0} MB during it, garbage included; {GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:N0} MB after.");

        units = crm.RequestUnits;
        var sending = await LaunchAsync(client, "industry eq 'some'", sendAt: null);
        while (sink.Taken == 0)
            await Task.Delay(10);

        watch.Restart();
        while ((string?)(await GetAsync(client, $"campaigns/{sending}"))["status"] != "completed")
            await Task.Delay(50);

        var some = Math.Min(Sent, audience);
        Console.WriteLine($"Sending to {some:N0}: {some / watch.Elapsed.TotalSeconds:N0} mails/s, {(crm.RequestUnits - units) / some:N1} RU each with expansion; {sink.Taken:N0} mails taken.");
    }

    private static Task SeedAsync(CrmInProcess crm, int audience) => Parallel.ForAsync(0, audience, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, cancellation) =>
    {
        var id = Guid.CreateVersion7().ToString();
        await CreateAsync("leads", id, new JsonObject { ["lastName"] = "Lead", ["email"] = $"lead{number}@example.com", ["industry"] = number < Sent ? "some" : "many" });
        if (number < Sent)
        {
            await CreateAsync("consents", Guid.CreateVersion7().ToString(), new JsonObject
            {
                ["partyRef"] = new JsonObject { ["type"] = "leads", ["id"] = id },
                ["channel"] = "email",
                ["purpose"] = Purpose,
                ["state"] = "granted",
            });
        }

        async Task CreateAsync(string entity, string recordId, JsonObject data)
        {
            (data["id"], data["type"], data["version"], data["etag"], data["createdAt"]) = (recordId, entity, 1, "\"1\"", "2026-01-01T00:00:00.000Z");
            var document = new JsonObject
            {
                ["id"] = recordId,
                ["tenantId"] = "default",
                ["entity"] = entity,
                ["recordId"] = recordId,
                ["kind"] = "record",
                ["version"] = 1,
                ["hash"] = "",
                ["data"] = data,
            };
            using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(document));
            using var response = await crm.Containers.Records.CreateItemStreamAsync(
                body, new PartitionKeyBuilder().Add("default").Add(entity).Add(recordId).Build(), cancellationToken: cancellation);
            response.EnsureSuccessStatusCode();
        }
    });

    private static async Task<string> LaunchAsync(HttpClient client, string filter, DateTimeOffset? sendAt)
    {
        var template = await PostAsync(client, "email-templates", new JsonObject { ["name"] = $"T {filter}", ["subject"] = "Hello", ["bodyHtml"] = "<p>Hello {{ lead.lastName }}</p>" });
        var segment = await PostAsync(client, "segments", new JsonObject { ["name"] = $"S {filter}", ["entity"] = "leads", ["filter"] = filter });
        var campaign = await PostAsync(client, "campaigns", new JsonObject
        {
            ["name"] = filter,
            ["campaignType"] = "newsletter",
            ["consentPurpose"] = Purpose,
            ["segmentIds"] = new JsonArray(segment),
            ["messages"] = new JsonArray(new JsonObject { ["templateId"] = template, ["sendAt"] = sendAt }),
        });
        await PostAsync(client, $"campaigns/{campaign}/launch", null);
        return campaign;
    }

    private static async Task<string> PostAsync(HttpClient client, string path, JsonObject? body)
    {
        using var response = await client.PostAsync($"api/v1/{path}", body is null ? null : JsonContent.Create(body));
        response.EnsureSuccessStatusCode();
        return (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    private static async Task<JsonObject> GetAsync(HttpClient client, string path) => (await client.GetFromJsonAsync<JsonObject>($"api/v1/{path}"))!;
}
