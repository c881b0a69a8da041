using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Crm.Benchmarks.Api;

/// <summary>What is measured: requests to the floor and to the API.</summary>
internal static class Operations
{
    public const string FloorName = "bare Kestrel, 1 kB";

    public static IReadOnlyList<Operation> All(HttpClient client, Floor floor, CrmInProcess crm) =>
    [
        new(FloorName, _ => SendAsync(client, new HttpRequestMessage(HttpMethod.Get, floor.Address))),
        new("read by id", random => SendAsync(client, Request(crm, HttpMethod.Get, $"contacts/{Id(crm, random)}"))),
        new("create", random => SendAsync(client, Request(crm, HttpMethod.Post, "contacts", Contacts.New(random)))),
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

    private static string Id(CrmInProcess crm, Random random) => crm.Ids[random.Next(crm.Ids.Count)];
}
