using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Crm.Tests.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Crm.Tests.Program;

/// <summary>SIGKILL while events are delivered, and what receivers and readers of the feed have seen in the end.</summary>
[Collection(Sequential.Name)]
public sealed class WebhookKillTests : ProgramTests
{
    private static readonly (string, string)[] Settings = [("Webhooks__AllowLoopback", "true"), ("Webhooks__TimeoutSeconds", "2")];

    [Fact]
    public Task Kill_WhileEventsAreDelivered_LosesNoneAndKeepsTheirOrder() => RunAsync(kills: 1, contacts: 6, changes: 4);

    [Fact, Trait("Category", "Long")]
    public Task Kill_OverAndOver_LosesNoEventAndKeepsTheirOrder() => RunAsync(kills: 8, contacts: 10, changes: 6);

    /// <param name="changes">Of each contact, before each kill and after the last.</param>
    private async Task RunAsync(int kills, int contacts, int changes)
    {
        await using var receiver = await Receiver.StartAsync();
        var posts = 0;
        receiver.Answer = context => AnswerAsync(context, Interlocked.Increment(ref posts));
        var versions = new Dictionary<string, int>();
        var ids = new List<string>();
        for (var run = 0; run <= kills; run++)
        {
            await using var crm = await CrmProcess.StartAsync(Data, Settings);
            if (run == 0)
                await SendAsync(crm, HttpMethod.Post, "webhooks", new JsonObject { ["url"] = receiver.Url, ["types"] = new JsonArray("contact.*") });
            while (ids.Count < contacts)
            {
                ids.Add((string)(await SendAsync(crm, HttpMethod.Post, "contacts", new JsonObject { ["lastName"] = "Told" }))["id"]!);
                versions[ids[^1]] = 1;
            }

            for (var change = 0; change < changes; change++)
            {
                foreach (var id in ids)
                    versions[id] = (int)(await SendAsync(crm, HttpMethod.Patch, $"contacts/{id}", new JsonObject { ["jobTitle"] = $"{run}.{change}" }))["version"]!;
            }

            // In the middle of it: more have come since the last start, and not all.
            var (seen, all) = (Volatile.Read(ref posts), versions.Values.Sum());
            if (run < kills)
            {
                await Eventually.GetAsync(() => Task.FromResult(Volatile.Read(ref posts)), now => now > seen + 3 || Distinct(receiver) == all, "some events arrive");
                await crm.KillAsync();
                continue;
            }

            await Eventually.GetAsync(() => Task.FromResult(Distinct(receiver)), arrived => arrived == all, $"all {all} events arrive");
            await CheckFeedAsync(crm, receiver, versions);
        }

        foreach (var (id, version) in versions)
        {
            var sequences = receiver.Received.Select(message => message.Event).Where(sent => (string?)sent["subject"] == $"contacts/{id}").Select(sent => (string)sent["sequence"]!).ToList();
            Assert.Equal(sequences.Order(StringComparer.Ordinal), sequences);
            Assert.Equal(Enumerable.Range(1, version), sequences.Distinct().Select(int.Parse));
        }
    }

    /// <summary>The same events under the same ids.</summary>
    private static async Task CheckFeedAsync(CrmProcess crm, Receiver receiver, Dictionary<string, int> versions)
    {
        var events = await Eventually.GetAsync(
            async () =>
            {
                var found = new List<JsonNode>();
                for (var next = "/events?types=contact.*&maxpagesize=20"; next is not null;)
                {
                    var page = (await crm.Client.GetFromJsonAsync<JsonObject>(next))!;
                    found.AddRange(page["value"]!.AsArray().Select(read => read!));
                    next = (string?)page["nextLink"];
                }

                return found;
            },
            found => found.Select(read => (string?)read["id"]).Distinct().Count() >= versions.Values.Sum(),
            "the feed has them all");
        Assert.Equal(receiver.Received.Select(message => message.Id).Distinct().Order(), events.Select(read => (string)read["id"]!).Distinct().Order());
        Assert.All(events.GroupBy(read => (string?)read["subject"]), record =>
            Assert.Equal(record.Select(read => (string)read["sequence"]!).Order(StringComparer.Ordinal), record.Select(read => (string)read["sequence"]!)));
    }

    private static int Distinct(Receiver receiver) => receiver.Received.Select(message => message.Id).Distinct().Count();

    /// <summary>Slow enough to be killed at; fails the first time, and never twice in a row: the second wait of the plan is long.</summary>
    private static async Task AnswerAsync(HttpContext context, int post)
    {
        await Task.Delay(20, context.RequestAborted);
        context.Response.StatusCode = post == 2 ? 503 : 204;
    }

    private static async Task<JsonNode> SendAsync(CrmProcess crm, HttpMethod method, string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Content = JsonContent.Create(body, mediaType: new(method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json")) };
        if (method == HttpMethod.Patch)
            request.Headers.TryAddWithoutValidation("If-Match", "*");
        using var response = await crm.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
