using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>Reading by id, for every collection there is.</summary>
[Collection(SharedApp.Name)]
public sealed class CatalogTheoriesRead(CrmApp app)
{
    public static TheoryData<string> Collections => Catalogued.Collections;

    [Theory, MemberData(nameof(Collections))]
    public async Task Read_WithTheETagTheClientHas_Answers304(string collection)
    {
        var record = await app.CreateAsync(collection);
        var etag = record.IfMatch().Item2;

        foreach (var known in new[] { etag, $"W/{etag}", $"\"99\", {etag}", "*" })
        {
            var read = (await app.ReadAsync(record, ("If-None-Match", known))).Expect(304);
            Assert.Equal((etag, ""), (read.ETag, read.Text));
        }

        Assert.All(
            await Task.WhenAll(new[] { "\"99\"", "\"11\"", "1" }.Select(unknown => app.ReadAsync(record, ("If-None-Match", unknown)))),
            read => Assert.Equal(record.ToJsonString(), read.Expect(200).Json.ToJsonString()));
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Read_WithTheConsistencyTokenOfTheWrite_SeesIt(string collection)
    {
        var created = (await app.PostAsync(collection, await app.SampleAsync(collection))).Expect(201);

        (await app.ReadAsync(created.Json, ("Consistency-Token", created.Headers["Consistency-Token"]))).Expect(200);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Read_OfAnUnknownId_Answers404(string collection)
    {
        string[] ids = [Guid.CreateVersion7().ToString(), "a%2Fb", "%F0%9F%9A%A2", new('x', 300), "..%2f..", "change:1", "a%20b", "%27", "%5c", "%25", "a;b", "~"];
        foreach (var id in ids)
        {
            var path = $"/api/v1/{collection}/{id}";
            (await app.SendAsync("GET", path)).Expect(404, "not-found");
            (await app.SendTextAsync("PATCH", path, "{}")).Expect(404, "not-found");
            (await app.SendTextAsync("PUT", path, "{}")).Expect(404, "not-found");
            (await app.SendAsync("DELETE", path, null, ("If-Match", "*"))).Expect(404, "not-found");
        }
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Read_WithAnIdOfAnotherCollection_Answers404(string collection)
    {
        var record = await app.CreateAsync(collection);
        var other = collection == "accounts" ? "teams" : "accounts";

        (await app.SendAsync("GET", $"/api/v1/{other}/{record.Id()}")).Expect(404, "not-found");
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task AnyRequest_WithAnUnknownQueryParameter_IsRefused(string collection)
    {
        var record = await app.CreateAsync(collection);
        var body = await app.SampleAsync(collection);

        (await app.PostAsync(collection + "?$foo=1&bar", body)).Expect(400, "unknown-parameter").ExpectErrors("$foo unknown-parameter", "bar unknown-parameter");
        (await app.SendAsync("GET", record.Path() + "?colour=red")).Expect(400, "unknown-parameter");
        (await app.SendAsync("PUT", record.Path() + "?x=1", body, ("If-Match", "*"))).Expect(400, "unknown-parameter");
        (await app.SendAsync("PATCH", record.Path() + "?x=1", body, ("If-Match", "*"))).Expect(400, "unknown-parameter");
        (await app.SendAsync("DELETE", record.Path() + "?x=1", null, ("If-Match", "*"))).Expect(400, "unknown-parameter");
        (await app.SendAsync("GET", $"/api/v1/{collection}?$filter=x")).Expect(400, "unknown-parameter");
        (await app.ReadAsync(record)).Expect(200);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task AnyRequest_WithAMethodTheRouteLacks_Answers404(string collection)
    {
        var record = await app.CreateAsync(collection);

        Assert.All(
            await Task.WhenAll(app.SendAsync("POST", record.Path()), app.SendAsync("DELETE", $"/api/v1/{collection}"), app.SendAsync("TRACE", record.Path())),
            answer => Assert.Equal(404, (int)answer.Status));
    }

    [Theory]
    [InlineData("nothing-here")]
    [InlineData("tenants")]
    [InlineData("Account")]
    [InlineData("a")]
    public async Task AnyRequest_ToAnUnknownCollection_Answers404(string collection)
    {
        (await app.SendAsync("GET", $"/api/v1/{collection}")).Expect(404, "not-found");
        (await app.SendTextAsync("POST", $"/api/v1/{collection}", "{}")).Expect(404, "not-found");
        (await app.SendAsync("GET", $"/api/v1/{collection}/default")).Expect(404, "not-found");
        (await app.SendTextAsync("PATCH", $"/api/v1/{collection}/default", "{}")).Expect(404, "not-found");
        (await app.SendAsync("DELETE", $"/api/v1/{collection}/default", null, ("If-Match", "*"))).Expect(404, "not-found");
    }

    [Theory]
    [InlineData("my.request-1_A", true)]
    [InlineData("with space", false)]
    [InlineData("<script>", false)]
    [InlineData("", false)]
    public async Task RequestId_IsTheClientsWhereItIsSane(string id, bool kept)
    {
        foreach (var sent in new[] { id, kept ? new string('x', 100) : new string('x', 101) })
        {
            var answer = (await app.SendAsync("GET", "/api/v1/accounts/none", null, ("X-Request-Id", sent))).Expect(404);
            Assert.Equal(kept, sent == answer.Headers["X-Request-Id"]);
        }
    }

    [Fact]
    public async Task Traceparent_IsReturnedWhereItIsOne()
    {
        const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        Assert.Equal(Parent, (await app.SendAsync("GET", "/api/v1/accounts/none", null, ("traceparent", Parent))).Headers["traceparent"]);
        Assert.False((await app.SendAsync("GET", "/api/v1/accounts/none", null, ("traceparent", "nonsense"))).Headers.ContainsKey("traceparent"));
    }

    [Fact]
    public async Task RequestCost_IsWhatTheDatabaseCharged() =>
        Assert.True(double.Parse((await app.ReadAsync(await app.CreateAsync("accounts"))).Expect(200).Headers["X-Request-Cost"], System.Globalization.CultureInfo.InvariantCulture) >= 1);

    [Theory]
    [InlineData("garbage")]
    [InlineData("0:-1#99999999")]
    [InlineData("0:1#x#y=z")]
    public async Task Read_WithAConsistencyTokenThatIsNone_IsNoFaultOfOurs(string token) =>
        Assert.True((int)(await app.ReadAsync(await app.CreateAsync("accounts"), ("Consistency-Token", token))).Status < 500);
}
