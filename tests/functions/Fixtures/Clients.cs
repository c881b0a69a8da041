using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Crm.Tests.Fixtures;

/// <summary>What a client of the API does, whoever it is for.</summary>
internal static class Clients
{
    /// <summary>Signs in with a password; from then on requests carry the access token.</summary>
    /// <returns>The whole answer: both tokens.</returns>
    public static async Task<JsonObject> SignInAsync(this HttpClient client, string username, string password, string? tenant = null)
    {
        var fields = new JsonObject { ["grant_type"] = "password", ["username"] = username, ["password"] = password, ["tenant"] = tenant };
        using var response = await client.PostAsJsonAsync("/auth/token", fields);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"sign-in: {(int)response.StatusCode} {text}");
        var tokens = (JsonObject)JsonNode.Parse(text)!;
        client.Use((string)tokens["access_token"]!);
        return tokens;
    }

    /// <summary>Sends this bearer token from now on.</summary>
    public static HttpClient Use(this HttpClient client, string token)
    {
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Sends a request with a JSON body and headers; gives status, body and headers.</summary>
    public static async Task<Answer> SendAsync(this HttpClient client, string method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = JsonContent.Create(body, mediaType: new(method == "PATCH" ? "application/merge-patch+json" : "application/json"));
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));

        using var response = await client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }
}
