using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Local.Functions.Catalog;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Crm.Tests.Fixtures;

/// <summary>The whole CRM in this process: its own data folder, its own ports, real HTTP. Shared by the tests of a class or collection.</summary>
public class CrmApp : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("crm-");
    private IHost? _host;
    private int _days;

    /// <summary>Talks to the API as a client does.</summary>
    public HttpClient Client { get; private set; } = null!;

    public EntityCatalog Catalog => Services.GetRequiredService<EntityCatalog>();

    public IServiceProvider Services => _host!.Services;

    /// <summary>Counts what the app asks of Cosmos.</summary>
    internal RoundTrips RoundTrips { get; } = new();

    public async Task InitializeAsync()
    {
        var builder = CrmApplication.CreateBuilder(["--urls=http://127.0.0.1:0", $"--CRM_DATA={_data.FullName}", "--CRM_COSMOS_PORT=0"]);
        builder.Services.AddSingleton(new EntityCatalog([.. EntityCatalog.BuiltIn, EntityType.Of<Widget>("widgets")]));
        builder.Services.PostConfigure<CosmosClientOptions>(options => options.CustomHandlers.Add(RoundTrips.NewHandler()));
        builder.UseMiddleware<RoundTrips.OfRequests>();
        Configure(builder);
        _host = builder.Build();
        await _host.StartAsync();
        Client = new HttpClient { BaseAddress = new Uri(Address()) };
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _host!.StopAsync();
        _host.Dispose();
        _data.Delete(recursive: true);
    }

    /// <summary>A valid body of an entity, from its sample; <c>@accounts</c> in it is a new account's id, <c>{day}</c> a date that no other body has.</summary>
    public async Task<JsonObject> SampleAsync(string collection)
    {
        var sample = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Samples", $"{collection}.json")))!;
        return (JsonObject)(await ResolveAsync(sample))!;
    }

    /// <summary>Creates a record from its sample, with these fields changed.</summary>
    public async Task<JsonObject> CreateAsync(string collection, params (string Field, JsonNode? Value)[] changes)
    {
        var body = await SampleAsync(collection);
        foreach (var (field, value) in changes)
            body[field] = value;

        using var response = await Client.PostAsJsonAsync($"/api/v1/{collection}", body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, $"{collection}: {(int)response.StatusCode} {text}");
        return (JsonObject)JsonNode.Parse(text)!;
    }

    /// <summary>Sends a request with a JSON body and headers; gives status, body and headers.</summary>
    public async Task<Answer> SendAsync(string method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = JsonContent.Create(body, mediaType: new(method == "PATCH" ? "application/merge-patch+json" : "application/json"));
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));

        using var response = await Client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    /// <summary>Makes texts that must be unique so.</summary>
    public static string Unique(string text) => $"{text}-{Guid.NewGuid():N}";

    protected virtual void Configure(FunctionsApplicationBuilder builder)
    {
    }

    private async Task<JsonNode?> ResolveAsync(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                var resolved = new JsonObject();
                foreach (var (name, value) in members)
                    resolved[name] = await ResolveAsync(value);
                return resolved;
            case JsonArray elements:
                var list = new JsonArray();
                foreach (var element in elements)
                    list.Add(await ResolveAsync(element));
                return list;
            case JsonValue value when value.TryGetValue<string>(out var text) && text.StartsWith('@'):
                return (await CreateAsync(text[1..]))["id"]!.DeepClone();
            case JsonValue value when value.TryGetValue<string>(out var text) && text.Contains("{unique}", StringComparison.Ordinal):
                return text.Replace("{unique}", Guid.NewGuid().ToString("N"), StringComparison.Ordinal);
            case JsonValue value when value.TryGetValue<string>(out var text) && text == "{day}":
                return new DateOnly(1900, 1, 1).AddDays(Interlocked.Increment(ref _days)).ToString("O", CultureInfo.InvariantCulture);
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>The local host alone knows which port it was given.</summary>
    private string Address() => Services.GetServices<ITriggerListener>().SelectMany(listener => listener.Addresses).Single();
}
