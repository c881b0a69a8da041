using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities.Types;

/// <summary>Roles, departments, employees and partners.</summary>
[Collection(SharedApp.Name)]
public sealed class OrganisationTests(CrmApp app) : RuleTests(app)
{
    [Fact]
    public async Task Role_OnWhatIsNotThere_IsRefusedByPointer()
    {
        var refused = await PostSampleAsync(
            "roles",
            ("grants", new JsonArray(new JsonObject { ["entity"] = "acounts" })),
            ("fields", new JsonArray(
                new JsonObject { ["entity"] = "contacts", ["field"] = "shoeSize" },
                new JsonObject { ["entity"] = "contacts", ["field"] = "birthday" },
                new JsonObject { ["entity"] = "contacts", ["field"] = "birthday", ["write"] = true })));

        Refused(refused, "#/grants/0/entity no-such-collection", "#/fields/0/field no-such-field", "#/fields/2 duplicate-element");
    }

    [Fact]
    public async Task Role_WithTwoGrantsForOneEntity_IsRefused()
    {
        var refused = await PostSampleAsync("roles", ("grants", new JsonArray(new JsonObject { ["entity"] = "leads" }, new JsonObject { ["entity"] = "leads" })));

        Refused(refused, "#/grants/1/entity duplicate-element");
    }

    [Fact]
    public async Task Role_WithoutScopes_GrantsNothing()
    {
        var role = Ok(await PostSampleAsync("roles", ("grants", new JsonArray(new JsonObject { ["entity"] = "leads" })), ("special", new JsonArray("import", "import"))));

        var grant = role["grants"]![0]!;
        Assert.All(["read", "update", "delete", "export"], scope => Assert.Equal("none", Text(grant, scope)));
        Assert.False((bool)grant["create"]!);
        Assert.Single(role["special"]!.AsArray());
    }

    [Fact]
    public async Task Role_OfAUser_CannotBeDeleted()
    {
        var user = await App.CreateAsync("users");
        var role = new JsonObject { ["type"] = "roles", ["id"] = user["roleIds"]![0]!.DeepClone() };

        var refused = await DeleteAsync(role);

        Assert.Equal("in-use", refused.Code);
    }

    [Fact]
    public async Task Employee_Named_HasAFullNameThatFollows()
    {
        var employee = await App.CreateAsync("employees", ("firstName", "Siân"), ("lastName", "Ó Briain"));
        Assert.Equal("Siân Ó Briain", Text(employee, "fullName"));

        employee = await PatchedAsync(employee, new() { ["lastName"] = "陳" });

        Assert.Equal("Siân 陳", Text(employee, "fullName"));
    }

    [Fact]
    public async Task Employee_LeavingBeforeTheyCame_IsRefused() =>
        Refused(await PostSampleAsync("employees", ("hireDate", "2026-05-01"), ("terminationDate", "2026-04-30")), "#/terminationDate min");

    [Theory]
    [InlineData("employeeNumber")]
    [InlineData("workEmail")]
    [InlineData("userId")]
    public async Task Employee_WithWhatAnotherHas_Returns409(string field)
    {
        var employee = await App.CreateAsync("employees");

        var refused = await PostSampleAsync("employees", (field, employee[field]!.DeepClone()));

        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Equal(field, Text(refused.Json, "field"));
    }

    [Fact]
    public async Task Partner_WithAnAgreementThatEndsBeforeItStarts_IsRefused() =>
        Refused(await PostSampleAsync("partners", ("agreementStart", "2026-02-01"), ("agreementEnd", "2026-01-31")), "#/agreementEnd min");

    [Fact]
    public async Task Partner_OfAnAccountThatIsOneAlready_Returns409()
    {
        var partner = await App.CreateAsync("partners");

        var refused = await PostSampleAsync("partners", ("accountId", Text(partner, "accountId")));

        Assert.Equal("duplicate", refused.Code);
        Assert.Equal(Id(partner), Id(refused.Json["matches"]![0]!));
    }
}
