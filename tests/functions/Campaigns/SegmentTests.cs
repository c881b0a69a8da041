using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Campaigns;

[Collection(SharedApp.Name)]
public sealed class SegmentTests(CrmApp app)
{
    [Fact]
    public async Task Create_WithFilterAlone_IsDynamicAndUncounted()
    {
        var segment = (await PostAsync(Segment(filter: "industry eq 'banking'"))).Json;

        Assert.Equal("dynamic", (string?)segment["kind"]);
        Assert.False(segment.ContainsKey("estimatedSize"));
    }

    [Fact]
    public async Task Create_WithMembers_IsStaticAndCounted()
    {
        var segment = (await PostAsync(Segment(members: ["a", "b-1", "c_2"]))).Json;

        Assert.Equal("static", (string?)segment["kind"]);
        Assert.Equal(3, (int)segment["estimatedSize"]!);
    }

    [Theory]
    [InlineData("industri eq 'x'", "(at character 0)")]
    [InlineData("industry eq 'x' and", "(at character 19)")]
    [InlineData("name gt and 3", "(at character 5)")]
    [InlineData("name eq 'x' and lastName eq 'x'", "(at character 16)")]
    [InlineData("", "(at character 0)")]
    public async Task Create_WithAFilterListsWouldRefuse_Returns422WithThePosition(string filter, string position)
    {
        var refused = await PostAsync(Segment(filter: filter));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.All(refused.Errors, error => Assert.Equal("#/filter invalid-filter", error));
        Assert.EndsWith(position, (string?)refused.Json["errors"]![0]!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patch_ToAnEntityTheFilterDoesNotFit_IsRefused()
    {
        var segment = await app.CreateAsync("segments", ("filter", "industry eq 'banking'"));

        var refused = await app.SendAsync("PATCH", $"/api/v1/segments/{segment["id"]}", new JsonObject { ["entity"] = "contacts" }, ("If-Match", "*"));

        Assert.Equal(["#/filter invalid-filter"], refused.Errors);
    }

    [Fact]
    public async Task Create_WithBothFilterAndMembers_IsRefusedByKind()
    {
        Assert.Equal(["#/memberIds not-allowed"], (await PostAsync(Segment("name eq 'x'", ["a"]))).Errors);
        var listed = Segment("name eq 'x'", ["a"]);
        listed["kind"] = "static";
        Assert.Equal(["#/filter not-allowed"], (await PostAsync(listed)).Errors);
        var empty = Segment();
        empty["kind"] = "dynamic";
        Assert.Equal(["#/filter required"], (await PostAsync(empty)).Errors);
    }

    [Fact]
    public async Task Create_WithMembersThatAreNoIdsOrTwice_NamesEach()
    {
        Assert.Equal(
            ["#/memberIds/1 format", "#/memberIds/2 duplicate-element"],
            (await PostAsync(Segment(members: ["a", "not an id", "a"]))).Errors);
        Assert.Equal(["#/memberIds max-length"], (await PostAsync(Segment(members: [.. Enumerable.Range(0, 1001).Select(n => $"m{n}")]))).Errors);
    }

    [Fact]
    public async Task Create_WithAnotherEntity_IsRefused()
    {
        var body = Segment();
        body["entity"] = "products";

        Assert.Equal(["#/entity not-allowed"], (await PostAsync(body)).Errors);
    }

    private Task<Answer> PostAsync(JsonObject body) => app.SendAsync("POST", "/api/v1/segments", body);

    private static JsonObject Segment(string? filter = null, string[]? members = null)
    {
        var body = new JsonObject { ["name"] = CrmApp.Unique("Segment"), ["entity"] = "accounts" };
        if (filter is not null)
            body["filter"] = filter;
        if (members is not null)
            body["memberIds"] = new JsonArray([.. members.Select(member => JsonValue.Create(member))]);

        return body;
    }
}
