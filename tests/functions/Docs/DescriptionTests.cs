using System.Net;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Docs;

[Collection(SharedApp.Name)]
public sealed class DescriptionTests(CrmApp app)
{
    public static TheoryData<string> Collections => Catalogued.Collections;

    [Fact]
    public async Task Description_IsAnybodysToRead_AndKeptByClients()
    {
        using var client = app.NewClient();
        var first = (await client.SendAsync("GET", "/openapi.json")).Expect(200);
        Assert.StartsWith("3.1.", (string?)first.Json["openapi"], StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(ApiContract.Shared.Document, first.Json));

        var again = await client.SendAsync("GET", "/openapi.json", null, ("If-None-Match", first.ETag!));
        Assert.Equal((HttpStatusCode.NotModified, ""), (again.Status, again.Text));
        (await client.SendAsync("GET", "/openapi.json?pretty=1")).Expect(400, "unknown-parameter");
    }

    [Theory]
    [InlineData("/openapi.json", 10)]
    [InlineData("/docs/scalar.js", 2)]
    public async Task Contents_AreCompressedForWhoeverTakesThat(string path, int times)
    {
        using var client = app.NewClient();
        var plain = (await client.GetByteArrayAsync(path)).Length;
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept-Encoding", "br, gzip" } } };
        using var response = await client.SendAsync(request);

        Assert.Equal(("gzip", "Accept-Encoding"), (response.Content.Headers.ContentEncoding.Single(), response.Headers.Vary.Single()));
        Assert.True(plain > times * (await response.Content.ReadAsByteArrayAsync()).Length, path);
    }

    [Fact]
    public async Task Page_LoadsItsScriptAndTheDescription_FromWhereItIs()
    {
        using var client = app.NewClient();
        var page = (await client.SendAsync("GET", "/docs")).Expect(200);

        Assert.Equal("text/html; charset=utf-8", page.Headers["Content-Type"]);
        Assert.DoesNotContain("//", page.Text, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Contains("connect-src 'self';", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Schemas_TakeTheSampleAndRefuseWhatTheApiRefuses(string collection)
    {
        var name = $"New{Crm.Docs.ComponentSchemas.Name(Catalogued.Type(collection))}";
        var sample = await app.SampleAsync(collection);
        Assert.Empty(ApiContract.Shared.Check(name, sample));

        sample["nothingOfTheKind"] = 1;
        Assert.NotEmpty(ApiContract.Shared.Check(name, sample));
        Assert.NotEmpty(ApiContract.Shared.Check(name, new JsonObject { ["id"] = "chosen" }));
    }

    [Fact]
    public void Operation_SaysHeadersBodiesAndProblems()
    {
        var patch = ApiContract.Shared.Document["paths"]!["/api/v1/contacts/{id}"]!["patch"]!;
        var read = ApiContract.Shared.Document["paths"]!["/api/v1/contacts/{id}"]!["get"]!;

        Assert.Equal(["id", "If-Match", "Idempotency-Key"], ApiContract.Shared.Parameters("patch", "/api/v1/contacts/x").Select(parameter => (string?)parameter["name"]));
        Assert.Equal(["id", "asOf", "expand", "If-None-Match", "Consistency-Token"], ApiContract.Shared.Parameters("get", "/api/v1/contacts/x").Select(parameter => (string?)parameter["name"]));
        Assert.Equal(["200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429", "500", "503"], patch["responses"]!.AsObject().Select(response => response.Key));
        Assert.Equal("#/components/schemas/ContactPatch", (string?)patch["requestBody"]!["content"]!["application/merge-patch+json"]!["schema"]!["$ref"]);
        Assert.Equal("#/components/headers/ETag", (string?)read["responses"]!["200"]!["headers"]!["ETag"]!["$ref"]);
        Assert.Equal("""["cursor-expired","link-expired","position-expired"]""", ApiContract.Shared.Document["components"]!["responses"]!["Gone"]!["content"]!["application/problem+json"]!["schema"]!["allOf"]![1]!["properties"]!["code"]!["enum"]!.ToJsonString());
    }

    [Fact]
    public void Collections_ThatAnActionAloneMakes_HaveNoCreation() => Assert.All(
        EntityCatalog.BuiltIn.Where(type => type.MadeBy is not null),
        type => Assert.Null(ApiContract.Shared.Document["paths"]![$"/api/v1/{type.Collection}"]!["post"]));
}
