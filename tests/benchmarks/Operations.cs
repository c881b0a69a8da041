using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;

namespace Crm.Benchmarks;

/// <summary>What is measured: requests to the floor and to the API, and beneath the API the calls to the store that it makes.</summary>
internal static class Operations
{
    public const string FloorName = "bare Kestrel, 1 kB";

    // A name of their own, so that no page of contacts holds one.
    private const string Alike = "like-contacts";

    private static readonly TransactionalBatchItemRequestOptions NoContent = new() { EnableContentResponseOnWrite = false };

    public static IReadOnlyList<Operation> All(HttpClient client, Floor floor, CrmInProcess crm) =>
    [
        new(FloorName, _ => SendAsync(client, new HttpRequestMessage(HttpMethod.Get, floor.Address))),
        new("read by id", random => SendAsync(client, Request(crm, HttpMethod.Get, $"contacts/{Id(crm, random)}"))),
        new("  store only: point read", random => ReadAsync(crm, Id(crm, random))),
        new("create", random => SendAsync(client, Request(crm, HttpMethod.Post, "contacts", Contacts.New(random)))),
        new("  store only: batch of two", _ => CreateAsync(crm)),
        new("patch", random => SendAsync(client, Patch(crm, random))),
        new("page of 50", _ => SendAsync(client, Request(crm, HttpMethod.Get, "contacts?maxpagesize=50"))),
        new("page of 50, filtered, sorted", random => SendAsync(client, Request(crm, HttpMethod.Get, $"contacts?filter={Uri.EscapeDataString(Contacts.Filter(random))}&orderby=fullName&maxpagesize=50"))),
        new("page of 50, filtered", random => SendAsync(client, Request(crm, HttpMethod.Get, $"contacts?filter={Uri.EscapeDataString(Contacts.Filter(random))}&maxpagesize=50"))),
        new("page of 50, sorted", _ => SendAsync(client, Request(crm, HttpMethod.Get, "contacts?orderby=fullName&maxpagesize=50"))),
    ];

    private static async Task<double?> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        using var sent = request;
        using var response = await client.SendAsync(sent);
        var body = await response.Content.ReadAsByteArrayAsync();
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"{request.Method} {request.RequestUri}: {(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");

        return response.Headers.TryGetValues("X-Request-Cost", out var cost) ? double.Parse(cost.Single(), CultureInfo.InvariantCulture) : null;
    }

    private static HttpRequestMessage Request(CrmInProcess crm, HttpMethod method, string path, JsonObject? body = null) =>
        new(method, $"{crm.Address}api/v1/{path}") { Content = body is null ? null : JsonContent.Create(body) };

    private static HttpRequestMessage Patch(CrmInProcess crm, Random random)
    {
        var request = Request(crm, HttpMethod.Patch, $"contacts/{Id(crm, random)}", new JsonObject { ["departmentName"] = $"Department {random.Next()}" });
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        return request;
    }

    private static async Task<double?> ReadAsync(CrmInProcess crm, string id)
    {
        using var response = await crm.Containers.Records.ReadItemStreamAsync(id, Partition("contacts", id));
        response.EnsureSuccessStatusCode();
        return response.Headers.RequestCharge;
    }

    /// <summary>As large as a contact and its change, and indexed as they are.</summary>
    private static async Task<double?> CreateAsync(CrmInProcess crm)
    {
        var id = Guid.NewGuid().ToString();
        using var record = Document(id, id, "record");
        using var change = Document(id, "change:1", "change");
        var batch = crm.Containers.Records.CreateTransactionalBatch(Partition(Alike, id)).CreateItemStream(record, NoContent).CreateItemStream(change, NoContent);
        using var response = await batch.ExecuteAsync();
        return response.IsSuccessStatusCode ? response.RequestCharge : throw new InvalidOperationException(response.ErrorMessage);
    }

    private static PartitionKey Partition(string entity, string id) => new PartitionKeyBuilder().Add("default").Add(entity).Add(id).Build();

    private static MemoryStream Document(string record, string id, string kind)
    {
        var data = Contacts.New(Random.Shared);
        var name = $"{data["firstName"]} {data["lastName"]}".ToLowerInvariant();
        var document = new JsonObject
        {
            ["id"] = id,
            ["tenantId"] = "default",
            ["entity"] = Alike,
            ["recordId"] = record,
            ["kind"] = kind,
            ["version"] = 1,
            ["data"] = data,
            ["sort"] = new JsonObject { ["fullName"] = name, ["lastName"] = name, ["firstName"] = name },
        };
        return new MemoryStream(System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()));
    }

    private static string Id(CrmInProcess crm, Random random) => crm.Ids[random.Next(crm.Ids.Count)];
}
