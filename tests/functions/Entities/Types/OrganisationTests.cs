using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities.Types;

/// <summary>Roles, departments, employees and partners.</summary>
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

    [Fact]
    public async Task Employee_ManagingTheirOwnManager_IsRefused()
    {
        var manager = await App.CreateAsync("employees");
        var employee = await App.CreateAsync("employees", ("managerId", Id(manager)));

        Refused(await PatchAsync(manager, new() { ["managerId"] = Id(employee) }), "#/managerId cycle");
    }

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
    public async Task Employee_Deleted_LeavesHeadshipReportsAndUserBehind()
    {
        var head = await App.CreateAsync("employees", ("userId", null));
        var report = await App.CreateAsync("employees", ("managerId", Id(head)));
        var department = await App.CreateAsync("departments", ("headEmployeeId", Id(head)));
        var user = await App.CreateAsync("users", ("employeeId", Id(head)));

        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(head)).Status);

        Assert.Null((await ReadAsync(report))["managerId"]);
        Assert.Null((await ReadAsync(department))["headEmployeeId"]);
        Assert.Null((await ReadAsync(user))["employeeId"]);
    }

    [Fact]
    public async Task Department_BelowItself_IsRefused()
    {
        var parent = await App.CreateAsync("departments");
        var child = await App.CreateAsync("departments", ("parentDepartmentId", Id(parent)));

        Refused(await PatchAsync(parent, new() { ["parentDepartmentId"] = Id(child) }), "#/parentDepartmentId cycle");
        Assert.Equal("in-use", (await DeleteAsync(parent)).Code);
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
