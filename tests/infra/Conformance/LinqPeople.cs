using System.Text.Json;
using System.Text.Json.Serialization;
using Crm.Local.Cosmos;
using Crm.Local.Tests.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Conformance;

/// <summary>One item of the LINQ tests.</summary>
public sealed record Person(string Id, string City, string Name, int Age, double Score, bool IsActive, DateTime Born)
{
    public string? Nickname { get; init; }

    /// <summary>Undefined in the item where it is null here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Bonus { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyList<Order> Orders { get; init; } = [];

    public Address Home { get; init; } = new("", 0);
}

public sealed record Order(string Product, int Quantity, double Price);

public sealed record Address(string Street, int Number);

/// <summary>Sixty people in four cities, in a store and in a list; a client in process and one over the port.</summary>
public sealed class LinqPeople : IAsyncLifetime
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly StoreFixture _store = new();
    private CosmosServer? _server;

    public IReadOnlyList<Person> All { get; } = [.. Enumerable.Range(0, 60).Select(NewPerson)];

    public IReadOnlyList<Container> Containers { get; private set; } = [];

    public async Task InitializeAsync()
    {
        await _store.InitializeAsync();
        _server = await CosmosServer.StartAsync(_store.Store, port: 0);
        var inProcess = StoreFixture.NewClient(_store.Store, options => options.UseSystemTextJsonSerializerWithOptions = Json);
        var overPort = new CosmosClient($"http://localhost:{_server.Port}/", StoreFixture.AccountKey, new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            LimitToEndpoint = true,
            UseSystemTextJsonSerializerWithOptions = Json,
        });
        var made = await _store.NewContainerAsync(
            properties => properties.IndexingPolicy.CompositeIndexes.Add(
            [
                new CompositePath { Path = "/city", Order = CompositePathSortOrder.Ascending },
                new CompositePath { Path = "/age", Order = CompositePathSortOrder.Descending },
            ]),
            "/city");
        Containers = [.. new[] { inProcess, overPort }.Select(client => client.GetContainer(made.Database.Id, made.Id))];
        foreach (var person in All) await Containers[0].CreateItemAsync(person, new PartitionKey(person.City));
    }

    public async Task DisposeAsync()
    {
        foreach (var container in Containers) container.Database.Client.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        await _store.DisposeAsync();
    }

    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Json);

    private static Person NewPerson(int n) => new(
        $"p{n:00}", ((string[])["Oslo", "Porto", "Quito", "Riga"])[n % 4], $"Name {n * 7 % 60:00}", 20 + (n * 11 % 40), (n - 30) * 1.25, n % 3 == 0,
        new DateTime(1990, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(n * 100))
    {
        Nickname = n % 5 == 0 ? $" Nick{n} " : null,
        Bonus = n % 2 == 0 ? n / 2.0 : null,
        Tags = [.. new[] { "new", "vip", "late" }.Where((_, at) => (n >> at) % 2 == 1)],
        Orders = [.. Enumerable.Range(0, n % 4).Select(k => new Order($"Product {(n + k) % 6}", k + 1, n + (k / 4.0)))],
        Home = new Address($"Street {n % 9}", n),
    };
}
