using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Crm.Tests.Program;

/// <summary>What a client knows of a record: its last acknowledged state and, where an answer never came, what it had asked for since.</summary>
internal sealed class KnownProduct(string id)
{
    public string Id => id;

    /// <summary>As acknowledged; null once the deletion is.</summary>
    public JsonObject? State { get; set; }

    /// <summary>Counts through deletion, which has a version of its own.</summary>
    public int Version { get; set; }

    /// <summary>The SKU of the last acknowledged state.</summary>
    public required string Sku { get; set; }

    /// <summary>What may or may not have happened: a merge patch.</summary>
    public JsonObject? UnansweredPatch { get; set; }

    public bool UnansweredDelete { get; set; }

    /// <summary>The deletion was acknowledged, and with it that the SKU is free.</summary>
    public bool DeletionAnswered { get; set; }

    /// <summary>Another record has the SKU now.</summary>
    public bool Reused { get; set; }
}

/// <summary>
/// One client that creates, patches and deletes products until its connection breaks, and remembers what was acknowledged. It works on its own
/// records only, so it always knows what it should find.
/// </summary>
internal sealed class Writer(int number, Random random)
{
    private const int MostLive = 20;
    private int _skus;

    public List<KnownProduct> Products { get; } = [];

    /// <summary>Writes until the server is gone.</summary>
    /// <param name="acknowledged">Called after every acknowledged write.</param>
    public async Task RunAsync(HttpClient client, Action acknowledged)
    {
        try
        {
            while (true)
            {
                await WriteAsync(client);
                acknowledged();
            }
        }
        catch (HttpRequestException)
        {
        }
        catch (IOException)
        {
        }
    }

    private async Task WriteAsync(HttpClient client)
    {
        var live = Products.Where(product => product.State is not null).ToList();
        var choice = live.Count == 0 ? 0 : random.Next(10);
        if (choice < 4 && live.Count < MostLive)
            await CreateAsync(client);
        else if (choice < 8)
            await PatchAsync(client, live[random.Next(live.Count)]);
        else
            await DeleteAsync(client, live[random.Next(live.Count)]);
    }

    private async Task CreateAsync(HttpClient client)
    {
        var sku = NewSku();
        var body = new JsonObject { ["sku"] = sku, ["name"] = $"Made by client {number}", ["listPrice"] = random.Next(1, 10_000) };
        using var response = await client.PostAsJsonAsync("/api/v1/products", body);
        var state = await StateAsync(response, HttpStatusCode.Created);
        Products.Add(new KnownProduct((string)state["id"]!) { State = state, Version = 1, Sku = sku });
    }

    private async Task PatchAsync(HttpClient client, KnownProduct known)
    {
        var patch = new JsonObject { ["name"] = $"{random.NextInt64():x}", ["listPrice"] = random.Next(1, 10_000) };
        if (random.Next(3) == 0)
            patch["sku"] = NewSku();
        known.UnansweredPatch = patch;
        using var request = Request(HttpMethod.Patch, known);
        request.Content = JsonContent.Create(patch, mediaType: new("application/merge-patch+json"));
        using var response = await client.SendAsync(request);
        known.State = await StateAsync(response, HttpStatusCode.OK);
        known.Version++;
        known.Sku = (string)known.State["sku"]!;
        known.UnansweredPatch = null;
        Assert.Equal(known.Version, (int?)known.State["version"]);
    }

    private static async Task DeleteAsync(HttpClient client, KnownProduct known)
    {
        known.UnansweredDelete = true;
        using var request = Request(HttpMethod.Delete, known);
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        known.State = null;
        known.Version++;
        (known.UnansweredDelete, known.DeletionAnswered) = (false, true);
    }

    private static HttpRequestMessage Request(HttpMethod method, KnownProduct known)
    {
        var request = new HttpRequestMessage(method, $"/api/v1/products/{known.Id}");
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{known.Version}\"");
        return request;
    }

    private static async Task<JsonObject> StateAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    private string NewSku() => $"sku-{number}-{++_skus}";
}
