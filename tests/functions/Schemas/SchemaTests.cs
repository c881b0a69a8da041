using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Schemas;

[Collection(SharedApp.Name)]
public sealed class SchemaTests(CrmApp app)
{
    public static TheoryData<string> Collections => Catalogued.Collections;

    [Theory, MemberData(nameof(Collections))]
    public async Task Schema_OfAnEntity_TakesItsSampleAndItsRecords(string collection)
    {
        var schema = (await app.SendAsync("GET", $"/schemas/{collection}")).Json;
        var sample = await app.SampleAsync(collection);

        Assert.Empty(SchemaCheck.Errors(sample, schema));
        Assert.Empty(SchemaCheck.Errors(await app.CreateAsync(collection), schema));
        Assert.All(sample, member => Assert.False((bool?)schema["properties"]![member.Key]!["readOnly"] ?? false, member.Key));
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Schema_RefusesWhatTheApiRefuses(string collection)
    {
        var schema = (await app.SendAsync("GET", $"/schemas/{collection}")).Json;
        var sample = await app.SampleAsync(collection);
        sample["nothingOfTheKind"] = 1;
        Assert.Equal(["#/nothingOfTheKind additionalProperties"], SchemaCheck.Errors(sample, schema));
        Assert.Equal(HttpStatusCode.BadRequest, (await app.SendAsync("POST", $"/api/v1/{collection}", sample)).Status);

        var required = (schema["required"]?.AsArray() ?? []).Select(name => $"#/{name} required").Order();
        Assert.Equal(required, SchemaCheck.Errors(new JsonObject(), schema).Order());
        Assert.Equal(required, (await app.SendAsync("POST", $"/api/v1/{collection}", new JsonObject())).Errors.Where(error => error.EndsWith(" required", StringComparison.Ordinal)).Intersect(required).Order());
    }

    [Fact]
    public async Task Schemas_ListEveryCollectionWithItsLinks()
    {
        var listed = (await app.SendAsync("GET", "/schemas")).Json["value"]!.AsArray();

        Assert.Equal(app.Catalog.All.Where(type => type.Exposed).Select(type => type.Collection).Order(StringComparer.Ordinal), listed.Select(entity => (string)entity!["collection"]!));
        foreach (var entity in listed)
        {
            Assert.Equal((string?)entity!["name"], (string?)(await app.SendAsync("GET", (string)entity["links"]!["schema"]!)).Json["title"]);
            Assert.Equal(HttpStatusCode.OK, (await app.SendAsync("GET", (string)entity["links"]!["records"]!)).Status);
        }
    }

    [Fact]
    public async Task Schema_SaysWhatTheFieldsDeclare()
    {
        var properties = (await app.SendAsync("GET", "/schemas/widgets")).Json["properties"]!;

        Expect("version", """{"type":"integer","readOnly":true,"x-filterable":true}""");
        Expect("name", """{"type":"string","minLength":1,"maxLength":255,"x-sortable":true,"x-filterable":true,"x-unique":true}""");
        Expect("weight", """{"type":"number","exclusiveMinimum":0,"multipleOf":0.01,"x-sortable":true,"x-filterable":true}""");
        Expect("madeOn", """{"type":"string","format":"date","x-sortable":true,"x-filterable":true}""");
        Expect("checkedAt", """{"type":"string","format":"date-time","x-filterable":true}""");
        Expect("makerId", """{"type":"string","maxLength":255,"x-filterable":true,"x-reference":{"collections":["accounts"],"onDelete":"restrict"}}""");
        Expect("custom", """{"type":"object","properties":{},"additionalProperties":false}""");
        Expect("description", """{"type":"string","maxLength":32000}""");
        Expect("state", """
            {"type":"string","enum":["new","tested","shipped","scrapped"],"x-filterable":true,"x-moves":[
            {"from":"new","to":"tested"},{"from":"new","to":"scrapped"},{"from":"tested","to":"shipped"},{"from":"tested","to":"scrapped"},{"from":"scrapped","to":"new","by":"recycle"}]}
            """);

        void Expect(string field, string schema) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(schema), properties[field]), $"{field}: {properties[field]!.ToJsonString()}");
    }

    [Fact]
    public async Task Schema_SaysFormsListsAndUniquePairs()
    {
        var account = (await app.SendAsync("GET", "/schemas/accounts")).Json["properties"]!;
        var campaign = (await app.SendAsync("GET", "/schemas/campaigns")).Json["properties"]!;
        var stock = (await app.SendAsync("GET", "/schemas/stock-items")).Json;

        Assert.Equal(("email", "uri", "phone"), ((string?)account["email"]!["format"], (string?)account["website"]!["format"], (string?)account["phone"]!["x-format"]));
        Assert.Equal((1, 20, "string"), ((int)campaign["segmentIds"]!["minItems"]!, (int)campaign["segmentIds"]!["maxItems"]!, (string?)campaign["segmentIds"]!["items"]!["type"]));
        Assert.Equal("segments", (string?)campaign["segmentIds"]!["items"]!["x-reference"]!["collections"]![0]);
        Assert.Equal("""[["productId","warehouse"]]""", stock["x-unique-together"]!.ToJsonString());
    }

    [Fact]
    public async Task Schema_ThatTheClientHas_Answers304()
    {
        foreach (var path in new[] { "/schemas", "/schemas/accounts" })
        {
            var first = await app.SendAsync("GET", path);
            Assert.Equal("private, max-age=300", first.Headers["Cache-Control"].Replace("max-age=300, private", "private, max-age=300", StringComparison.Ordinal));

            var again = await app.SendAsync("GET", path, null, ("If-None-Match", $"\"other\", {first.ETag}"));
            Assert.Equal((HttpStatusCode.NotModified, first.ETag, ""), (again.Status, again.ETag, again.Text));
            Assert.Equal(HttpStatusCode.OK, (await app.SendAsync("GET", path, null, ("If-None-Match", "\"other\""))).Status);
        }

        Assert.Equal("application/schema+json", (await app.SendAsync("GET", "/schemas/accounts")).Headers["Content-Type"]);
    }

    [Theory]
    [InlineData("/schemas/unicorns", HttpStatusCode.NotFound)]
    [InlineData("/schemas/tenants", HttpStatusCode.NotFound)]
    [InlineData("/schemas/accounts?verbose=true", HttpStatusCode.BadRequest)]
    [InlineData("/schemas?verbose=true", HttpStatusCode.BadRequest)]
    public async Task Schema_OfNothing_IsAProblem(string path, HttpStatusCode status)
    {
        var answer = await app.SendAsync("GET", path);

        Assert.Equal((status, "application/problem+json"), (answer.Status, answer.Headers["Content-Type"].Split(';')[0]));
    }
}
