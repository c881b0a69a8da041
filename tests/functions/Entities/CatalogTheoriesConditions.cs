using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>Conditional requests (RFC 9110), for every collection there is.</summary>
[Collection(SharedApp.Name)]
public sealed class CatalogTheoriesConditions(CrmApp app)
{
    public static TheoryData<string> Collections => Catalogued.Collections;

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithAStaleETag_Answers412WithWhatClashes(string collection)
    {
        var read = await app.CreateAsync(collection, ("description", "base"), ("tags", new JsonArray("base")));
        (await app.PatchAsync(read, Patch("description", "theirs"))).Expect(200);

        var refused = (await app.PatchAsync(read, Patch("description", "mine"))).Expect(412, "stale");
        Assert.Equal("\"2\"", refused.Json["currentEtag"]!.GetValue<string>());
        Expectations.ExpectSame(Clash("mine"), Assert.Single(refused.Json["clashes"]!.AsArray()), "the clash");

        var body = (JsonObject)read.DeepClone();
        body["description"] = "mine";
        Expectations.ExpectSame(Clash("mine"), Assert.Single((await app.ReplaceAsync(read, body)).Expect(412, "stale").Json["clashes"]!.AsArray()), "the clash");
        Assert.Equal("\"2\"", (await app.DeleteAsync(read)).Expect(412, "stale").Json["currentEtag"]!.GetValue<string>());
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Patch_WithAStaleETagOfFieldsNobodyElseChanged_Answers412WithoutClashes(string collection)
    {
        var read = await app.CreateAsync(collection, ("description", "base"));
        (await app.PatchAsync(read, Patch("description", "theirs"))).Expect(200);

        foreach (var patch in new[] { Patch("description", "theirs"), new JsonObject { ["tags"] = new JsonArray("mine") } })
            Assert.False((await app.PatchAsync(read, patch)).Expect(412, "stale").Json.ContainsKey("clashes"));
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithoutIfMatch_Answers428(string collection)
    {
        var record = await app.CreateAsync(collection);
        foreach (var (method, body) in new[] { ("PUT", record), ("PATCH", []), ("DELETE", null) })
            (await app.SendAsync(method, record.Path(), body)).Expect(428, "if-match-required");

        Assert.Equal("\"1\"", (await app.ReadAsync(record)).ETag);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithAMalformedIfMatch_Answers400(string collection)
    {
        var record = await app.CreateAsync(collection);
        foreach (var malformed in new[] { "1", "\"1", "1\"", "\"1\" \"2\"", "nonsense" })
        {
            foreach (var (method, body) in new[] { ("PUT", record), ("PATCH", []), ("DELETE", null) })
                (await app.SendAsync(method, record.Path(), body, ("If-Match", malformed))).Expect(400, "invalid-if-match");
        }
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Patch_WithIfMatchThatNamesTheVersion_Succeeds(string collection)
    {
        var record = await app.CreateAsync(collection);

        (await app.SendAsync("PATCH", record.Path(), Patch("description", "1"), ("If-Match", "\"9\", \"1\""))).Expect(200);
        (await app.SendAsync("PATCH", record.Path(), Patch("description", "2"), ("If-Match", "*"))).Expect(200);
        Assert.Equal("\"3\"", (await app.SendAsync("PATCH", record.Path(), new JsonObject(), ("If-Match", "W/\"3\""))).Expect(412, "stale").Json["currentEtag"]!.GetValue<string>());
        (await app.SendAsync("PATCH", record.Path(), new JsonObject(), ("If-Match", "\"03\""))).Expect(412, "stale");
        (await app.SendAsync("PATCH", record.Path(), new JsonObject(), ("If-Match", "\"2147483648\""))).Expect(412, "stale");
    }

    private static JsonObject Patch(string field, string value) => new() { [field] = value };

    private static JsonObject Clash(string yours) => new() { ["pointer"] = "#/description", ["yours"] = yours, ["current"] = "theirs", ["base"] = "base" };
}
