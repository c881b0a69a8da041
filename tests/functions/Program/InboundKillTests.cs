using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Crm.Tests.Webhooks.Inbound;

namespace Crm.Tests.Program;

/// <summary>SIGKILL while events come in: every one that was acknowledged is written by the next start, and written once.</summary>
[Collection(Sequential.Name)]
public sealed class InboundKillTests : ProgramTests
{
    private const int Events = 60;

    [Fact]
    public async Task Kill_WhileEventsComeIn_LosesNoneThatWasAcknowledged()
    {
        var acknowledged = new List<string>();
        await using (var crm = await CrmProcess.StartAsync(Data))
        {
            using var created = await crm.Client.PostAsJsonAsync("/api/v1/inbound-webhooks", new JsonObject { ["target"] = "leads", ["mapping"] = new JsonArray(Senders.From("/lastName", "/name")) });
            var webhook = (await created.Content.ReadFromJsonAsync<JsonObject>())!;
            var killing = Task.CompletedTask;
            for (var number = 0; number < Events && await SendAsync(crm.Client, webhook, $"event-{number}") is { } sent; number++)
            {
                acknowledged.Add(sent);
                if (number == Events / 2)
                    killing = crm.KillAsync();
            }

            await killing;
        }

        await using var next = await CrmProcess.StartAsync(Data);
        var leads = await Eventually.GetAsync(() => NamesAsync(next.Client), names => acknowledged.All(names.Contains), "every event that was acknowledged is a lead");
        Assert.InRange(acknowledged.Count, Events / 2, Events);
        Assert.Equal(leads.Count, leads.Distinct().Count());
    }

    /// <summary>The name, where it was acknowledged; null where nobody is there.</summary>
    private static async Task<string?> SendAsync(HttpClient client, JsonObject webhook, string name)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"name":"{{name}}"}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, (string)webhook["path"]!) { Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } } };
        foreach (var (header, value) in Sender.Headers(name, body, TimeProvider.System.GetUtcNow(), (string)webhook["secret"]!))
            request.Headers.Add(header, value);

        try
        {
            using var response = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            return name;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(HttpClient client) =>
        [.. (await client.GetFromJsonAsync<JsonObject>("/api/v1/leads?maxpagesize=200"))!["value"]!.AsArray().Select(lead => (string)lead!["lastName"]!)];
}
