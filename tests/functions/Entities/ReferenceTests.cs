using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Access;
using Crm.Entities.Changes;
using Crm.Platform.Json;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>References name live records, never make a circle, and follow their rule when the record they name is deleted.</summary>
[Collection(SharedApp.Name)]
public sealed class ReferenceTests(CrmApp app)
{
    public static TheoryData<string, string, string> SetToNull => new()
    {
        { "accounts", "primaryContactId", "contacts" },
        { "cases", "assigneeId", "users" },
        { "contacts", "reportsToId", "contacts" },
        { "departments", "headEmployeeId", "employees" },
        { "employees", "managerId", "employees" },
        { "partners", "managerId", "users" },
        { "partners", "primaryContactId", "contacts" },
        { "teams", "leaderId", "users" },
        { "users", "employeeId", "employees" },
    };

    public static TheoryData<string, string> Acyclic => new()
    {
        { "accounts", "parentAccountId" },
        { "cases", "parentCaseId" },
        { "departments", "parentDepartmentId" },
        { "employees", "managerId" },
        { "teams", "parentTeamId" },
        { "widgets", "partOfId" },
    };

    [Fact]
    public async Task Body_WithAWrongFieldAndAWrongReference_IsToldOfBoth()
    {
        var body = new JsonObject { ["subject"] = 7, ["assigneeId"] = "nobody", ["regarding"] = null, ["accountId"] = "nothing" };

        var errors = (await app.PostAsync("cases", body)).Expect(400).Errors;

        Assert.Superset(new HashSet<string>(["#/assigneeId unknown-reference", "#/accountId unknown-reference"]), errors.ToHashSet());
        Assert.Contains(errors, error => error.StartsWith("#/subject", StringComparison.Ordinal));
        Assert.Contains("#/assigneeId unknown-reference", (await app.PatchAsync(await app.CreateAsync("cases"), new JsonObject { ["subject"] = "", ["assigneeId"] = "nobody" })).Expect(422).Errors);
    }

    [Fact]
    public async Task Delete_OfARecordInUse_NamesItsReferrers()
    {
        var account = await app.CreateAsync("accounts");
        var contact = await app.CreateAsync("contacts", ("accounts", new JsonArray(new JsonObject { ["accountId"] = account.Id() })));
        var child = await app.CreateAsync("accounts", ("parentAccountId", account.Id()));

        var detail = (await app.DeleteAsync(account)).Expect(409, "in-use").Json["detail"]!.GetValue<string>();
        Assert.All([contact.Id(), child.Id(), "contacts", "accounts[].accountId", "parentAccountId"], part => Assert.Contains(part, detail, StringComparison.Ordinal));

        (await app.DeleteAsync(contact)).Expect(204);
        (await app.PatchAsync(child, new JsonObject { ["parentAccountId"] = null })).Expect(200);
        (await app.DeleteAsync(account)).Expect(204);
    }

    [Fact]
    public async Task Delete_OfARecordThatOnlyRefersToItself_Succeeds()
    {
        var user = await app.CreateAsync("users");
        user = (await app.PatchAsync(user, new JsonObject { ["ownerId"] = user.Id() })).Expect(200).Json;

        (await app.DeleteAsync(user)).Expect(204);
    }

    [Theory, MemberData(nameof(SetToNull))]
    public async Task Delete_OfARecordThatIsToBeSetToNull_ClearsItInAChangeOfItsOwn(string holder, string field, string target)
    {
        var named = await app.CreateAsync(target);
        var record = await app.CreateAsync(holder, (field, named.Id()));
        (await app.DeleteAsync(named)).Expect(204);

        var cleared = (await app.ReadAsync(record)).Expect(200);
        Assert.Equal("\"2\"", cleared.ETag);
        Assert.False(cleared.Json.ContainsKey(field));
        var change = (await app.DocumentsAsync(record)).Single(document => document.Id() == "change:2").Deserialize<Change>(CrmJson.Options)!;
        Assert.Equal(("unlink", $"/{field}", named.Id()), (change.Action, Assert.Single(change.Changes).Path, change.Changes[0].Before!.GetValue<string>()));
    }

    [Theory, MemberData(nameof(Acyclic))]
    public async Task Reference_ThatWouldMakeACircle_IsRefused(string collection, string field)
    {
        var top = await app.CreateAsync(collection, (field, null));
        var middle = await app.CreateAsync(collection, (field, top.Id()));
        var bottom = await app.CreateAsync(collection, (field, middle.Id()));

        foreach (var descendant in new[] { top, middle, bottom })
            (await app.PatchAsync(top, new JsonObject { [field] = descendant.Id() })).Expect(422).ExpectErrors($"#/{field} cycle");
        (await app.PatchAsync(bottom, new JsonObject { [field] = top.Id() })).Expect(200);
    }

    [Fact]
    public async Task Reference_ThatWouldMakeACircle_IsRefusedThoughTheTargetIsNamedElsewhere()
    {
        var parent = await app.CreateAsync("teams", ("parentTeamId", null));
        var child = await app.CreateAsync("teams", ("parentTeamId", parent.Id()));
        parent = (await app.PatchAsync(parent, new JsonObject { ["teamIds"] = new JsonArray(child.Id()) })).Expect(200).Json;

        (await app.PatchAsync(parent, new JsonObject { ["parentTeamId"] = child.Id() })).Expect(422).ExpectErrors("#/parentTeamId cycle");
    }

    [Fact]
    public async Task Contact_ThatReportsToItself_IsRefused()
    {
        var contact = await app.CreateAsync("contacts");

        (await app.PatchAsync(contact, new JsonObject { ["reportsToId"] = contact.Id() })).Expect(422).ExpectErrors("#/reportsToId cycle");
    }

    [Fact]
    public async Task Reference_ToADeletedRecord_IsRefused()
    {
        var account = await app.CreateAsync("accounts");
        (await app.DeleteAsync(account)).Expect(204);

        var body = new JsonObject { ["name"] = CrmApp.Unique("widget"), ["makerId"] = account.Id() };
        (await app.PostAsync("widgets", body)).Expect(422).ExpectErrors("#/makerId unknown-reference");
        (await app.PatchAsync(await app.CreateAsync("widgets"), new JsonObject { ["makerId"] = account.Id() })).Expect(422).ExpectErrors("#/makerId unknown-reference");
    }

    [Fact]
    public async Task Reference_ToARecordOfAnotherCollection_IsRefused()
    {
        var user = await app.CreateAsync("users");

        (await app.PatchAsync(await app.CreateAsync("widgets"), new JsonObject { ["makerId"] = user.Id() })).Expect(422).ExpectErrors("#/makerId unknown-reference");
    }

    [Fact]
    public async Task Owner_IsTheCallerUntilAnotherIsNamed_AndStaysWhenAReplaceIsSilent()
    {
        var (record, user) = (await app.CreateAsync("widgets"), await app.CreateAsync("users"));
        Assert.Equal(FirstTenant.AdminId, record["ownerId"]!.GetValue<string>());

        record = (await app.PatchAsync(record, new JsonObject { ["ownerId"] = user.Id() })).Expect(200).Json;
        record = (await app.ReplaceAsync(record, new JsonObject { ["name"] = record["name"]!.DeepClone() })).Expect(200).Json;
        Assert.Equal(user.Id(), record["ownerId"]!.GetValue<string>());
        (await app.DeleteAsync(user)).Expect(409, "in-use");
    }
}
