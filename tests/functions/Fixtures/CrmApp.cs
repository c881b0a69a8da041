using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Local.Functions.Catalog;
using Crm.Tests.Docs;
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

    /// <summary>The password of the first administrator, <c>admin@example.com</c>.</summary>
    public const string AdminPassword = "correct horse battery";

    /// <summary>Longer than any test runs, the long forms included.</summary>
    public const int TokenMinutes = 600;

    /// <summary>The key of the deployment's operator.</summary>
    public const string PlatformKey = "platform-key-of-the-tests-which-is-long";

    /// <summary>Talks to the API as the administrator's client does.</summary>
    public HttpClient Client { get; private set; } = null!;

    public EntityCatalog Catalog => Services.GetRequiredService<EntityCatalog>();

    public IServiceProvider Services => _host!.Services;

    /// <summary>Where mails to users are laid down.</summary>
    public string MailFolder => Path.Combine(_data.FullName, "mail");

    /// <summary>Counts what the app asks of Cosmos.</summary>
    internal RoundTrips RoundTrips { get; } = new();

    public async Task InitializeAsync()
    {
        var builder = CrmApplication.CreateBuilder([.. Settings]);
        builder.Services.AddSingleton(new EntityCatalog([.. EntityCatalog.BuiltIn, EntityType.Of<Widget>("widgets")]));
        builder.Services.PostConfigure<CosmosClientOptions>(options => options.CustomHandlers.Add(RoundTrips.NewHandler()));
        builder.UseMiddleware<RoundTrips.OfRequests>();
        Configure(builder);
        _host = builder.Build();
        await _host.StartAsync();
        Client = NewClient();
        await Client.SignInAsync("admin@example.com", AdminPassword);
    }

    /// <summary>A client of a new user with these roles, in the tenant of <see cref="Client"/>.</summary>
    public async Task<HttpClient> ClientForAsync(params string[] roles) => (await NewUserAsync(roles)).Client;

    /// <summary>A new user with these roles, and a client of theirs. The password comes by an invitation.</summary>
    public async Task<(JsonObject User, HttpClient Client)> NewUserAsync(params string[] roles)
    {
        var user = await CreateAsync("users", ("roleIds", new JsonArray([.. roles.Select(role => (JsonNode)role)])));
        return (user, NewClient().Use(await TokenForAsync(user)));
    }

    /// <summary>A new role of these grants, by id.</summary>
    public async Task<string> NewRoleAsync(JsonArray grants, JsonArray? fields = null, params string[] special)
    {
        var role = new JsonObject { ["name"] = Unique("role"), ["grants"] = grants, ["fields"] = fields, ["special"] = new JsonArray([.. special.Select(right => (JsonNode)right)]) };
        return (await SendAsync("POST", "/api/v1/roles", role)).Expect(201).Json.Id();
    }

    /// <summary>A new tenant; a client of its administrator.</summary>
    public async Task<(string Tenant, HttpClient Client)> NewTenantAsync()
    {
        var slug = $"t-{Guid.NewGuid():N}"[..30];
        var wanted = new JsonObject
        {
            ["name"] = "Tenant",
            ["slug"] = slug,
            ["baseCurrency"] = "EUR",
            ["timeZone"] = "UTC",
            ["adminEmail"] = $"admin@{slug}.example",
            ["adminPassword"] = AdminPassword,
        };
        using var platform = NewClient().Use(PlatformKey);
        (await platform.SendAsync("POST", "/auth/tenants", wanted)).Expect(201);
        var client = NewClient();
        await client.SignInAsync("admin", AdminPassword, slug);
        return (slug, client);
    }

    /// <summary>An access token of a user who has no password yet, as a sign-in would give it.</summary>
    public async Task<string> TokenForAsync(JsonObject user)
    {
        var invitation = (await SendAsync("POST", $"/auth/users/{user.Id()}/invitation")).Expect(201).Json;
        var fields = new JsonObject { ["token"] = invitation["token"]!.DeepClone(), ["newPassword"] = AdminPassword };
        using var anybody = NewClient();
        return (string)(await anybody.SendAsync("POST", "/auth/password/set", fields)).Expect(200).Json["access_token"]!;
    }

    /// <summary>A client that nobody has signed in with.</summary>
    public HttpClient NewClient() => new(new ContractHandler()) { BaseAddress = new Uri(Address()) };

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

        var created = await SendAsync("POST", $"/api/v1/{collection}", body);
        Assert.True(created.Status == HttpStatusCode.Created, $"{collection}: {(int)created.Status} {created.Text}");
        return created.Record;
    }

    /// <summary>Sends a request with a JSON body and headers; gives status, body and headers.</summary>
    public Task<Answer> SendAsync(string method, string path, JsonNode? body = null, params (string Name, string Value)[] headers) =>
        Client.SendAsync(method, path, body, headers);

    /// <summary>Makes texts that must be unique so.</summary>
    public static string Unique(string text) => $"{text}-{Guid.NewGuid():N}";

    /// <summary>The command line it starts with. Most tests need no files.</summary>
    protected virtual IEnumerable<string> Settings =>
        ["--urls=http://127.0.0.1:0", $"--CRM_DATA={_data.FullName}", "--CRM_COSMOS_PORT=0", $"--CRM_ADMIN_PASSWORD={AdminPassword}", $"--Mail:Folder={MailFolder}", $"--Platform:AdminKey={PlatformKey}", $"--Auth:AccessTokenMinutes={TokenMinutes}", $"--Storage={Storage.None}"];

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
