using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities.Types;

[Collection(SharedApp.Name)]
public sealed class LeadTests(CrmApp app) : RuleTests(app)
{
    [Fact]
    public async Task Create_WithNeitherPersonNorCompany_IsRefused() =>
        Refused(await PostAsync("leads", new() { ["firstName"] = "Hoa", ["email"] = "hoa@example.org" }), "#/lastName required");

    [Theory]
    [InlineData("lastName", "Thị Hoa", "Thị Hoa")]
    [InlineData("companyName", "株式会社", "")]
    public async Task Create_WithEither_IsEnough(string field, string value, string fullName) =>
        Assert.Equal(fullName, Text(Ok(await PostAsync("leads", new() { [field] = value })), "fullName"));

    [Theory]
    [InlineData("""{"lastName":"A"}""", 0)]
    [InlineData("""{"lastName":"A","email":"a@example.org"}""", 20)]
    [InlineData("""{"lastName":"A","email":"a@example.org","phone":"+4722123456","companyName":"B","jobTitle":"C","estimatedValue":1,"rating":"warm"}""", 85)]
    [InlineData("""{"lastName":"A","email":"a@example.org","phone":"+4722123456","companyName":"B","jobTitle":"C","estimatedValue":1,"rating":"hot"}""", 100)]
    [InlineData("""{"lastName":"A","estimatedValue":0,"rating":"cold"}""", 0)]
    public async Task Create_OfALead_ScoresIt(string body, int score) =>
        Assert.Equal(score, Ok(await PostAsync("leads", (JsonObject)JsonNode.Parse(body)!))["score"]!.GetValue<int>());

    [Fact]
    public async Task Patch_AlongTheMoves_GoesToQualified()
    {
        var lead = await App.CreateAsync("leads");

        foreach (var status in (string[])["contacted", "nurturing", "qualified"])
            Assert.Equal(status, Text(await PatchedAsync(lead, new() { ["status"] = status }), "status"));
    }

    [Theory]
    [InlineData("new", "contacted", "unqualified", "junk")]
    [InlineData("nurturing", "qualified", "unqualified", "junk")]
    [InlineData("qualified", "unqualified", "junk")]
    [InlineData("junk", "contacted")]
    public async Task Patch_BesideTheMoves_Returns409NamingThem(string from, params string[] allowed)
    {
        var lead = await App.CreateAsync("leads", ("status", from));

        NoSuchMove(await PatchAsync(lead, new() { ["status"] = from == "new" ? "qualified" : "new" }), allowed);
        NoSuchMove(await PatchAsync(lead, new() { ["status"] = "converted" }), allowed);
    }

    [Fact]
    public async Task Patch_ToUnqualified_NeedsAReason()
    {
        var lead = await App.CreateAsync("leads");

        Refused(await PatchAsync(lead, new() { ["status"] = "unqualified" }), "#/unqualifiedReason required");
        await PatchedAsync(lead, new() { ["status"] = "unqualified", ["unqualifiedReason"] = "no budget" });
        Assert.Equal("contacted", Text(await PatchedAsync(lead, new() { ["status"] = "contacted" }), "status"));
    }

    [Fact]
    public async Task Create_AsConverted_IsRefused() =>
        Refused(await PostSampleAsync("leads", ("status", "converted")), "#/status not-allowed");

    [Fact]
    public async Task Create_WithServerFields_IsRefused() =>
        Refused(await PostSampleAsync("leads", ("score", 100), ("convertedAccountId", "x")), "#/score read-only", "#/convertedAccountId read-only");
}
