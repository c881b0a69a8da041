using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Campaigns;

[Collection(SharedApp.Name)]
public sealed class EmailTemplateTests(CrmApp app)
{
    [Fact]
    public async Task Create_NamesTheVariablesOfSubjectAndBodies()
    {
        var template = await app.CreateAsync("email-templates");

        Assert.Equal(
            ["account.rating", "contact.firstName", "contact.lastName", "offers", "unsubscribeUrl"],
            template["mergeFields"]!.AsArray().Select(field => (string)field!));
    }

    [Fact]
    public async Task Create_WithSyntaxErrors_SaysWhereInEachField()
    {
        var body = await app.SampleAsync("email-templates");
        body["subject"] = "Hi {{ name";
        body["bodyHtml"] = "<p>\n{% if a %}</p>";
        body["bodyText"] = "{{ a | }}";

        var refused = await app.SendAsync("POST", "/api/v1/email-templates", body);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(["#/subject liquid", "#/bodyHtml liquid", "#/bodyText liquid"], refused.Errors);
        Assert.EndsWith("(line 2, column 1)", (string?)refused.Json["errors"]![1]!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_WithTooManyVariables_Returns422()
    {
        var body = await app.SampleAsync("email-templates");
        body["bodyHtml"] = string.Concat(Enumerable.Range(0, 201).Select(n => $"{{{{ v{n} }}}}"));

        Assert.Equal(["#/bodyHtml max-length"], (await app.SendAsync("POST", "/api/v1/email-templates", body)).Errors);
    }

    [Fact]
    public async Task Patch_OfABody_NamesItsVariablesAnew()
    {
        var template = await app.CreateAsync("email-templates");

        var patched = await app.SendAsync("PATCH", $"/api/v1/email-templates/{template["id"]}", new JsonObject { ["bodyHtml"] = "{{ a }}", ["bodyText"] = null }, ("If-Match", "*"));

        Assert.Equal(["a", "contact.firstName"], patched.Json["mergeFields"]!.AsArray().Select(field => (string)field!));
    }

    [Fact]
    public async Task MergeFields_SentByAClient_AreRefused()
    {
        var body = await app.SampleAsync("email-templates");
        body["mergeFields"] = new JsonArray("a");

        Assert.Equal(["#/mergeFields read-only"], (await app.SendAsync("POST", "/api/v1/email-templates", body)).Errors);
    }
}
