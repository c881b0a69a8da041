using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Access;

/// <summary>The past is no way around the present.</summary>
[Collection(SharedApp.Name)]
public sealed class HistoryAccessTests(CrmApp app)
{
    private static JsonObject Grant(string entity, string scope) => new() { ["entity"] = entity, ["create"] = true, ["read"] = scope, ["update"] = scope, ["delete"] = scope };

    [Fact]
    public async Task History_TakesTheRightToViewIt()
    {
        var role = await app.NewRoleAsync([Grant("leads", "all")]);
        using var client = await app.ClientForAsync(role);
        var lead = await app.CreateAsync("leads");

        (await client.SendAsync("GET", lead.Path())).Expect(200);
        foreach (var path in new[] { $"{lead.Path()}/history", "/history/changes", "/history/verify" })
            (await client.SendAsync("GET", path)).Expect(403, "forbidden");
    }

    [Fact]
    public async Task HiddenField_IsInNoHistoryOrPastState_AndSurvivesARevert()
    {
        var role = await app.NewRoleAsync([Grant("contacts", "all")], [new JsonObject { ["entity"] = "contacts", ["field"] = "birthday" }], "viewHistory");
        using var client = await app.ClientForAsync(role);
        var contact = await app.CreateAsync("contacts", ("birthday", "1980-02-03"));
        (await app.PatchAsync(contact, new JsonObject { ["birthday"] = "1990-05-06", ["salutation"] = "Dr" })).Expect(200);

        foreach (var path in new[] { $"{contact.Path()}/history", $"{contact.Path()}?asOf=2099-01-01T00:00:00Z" })
        {
            var answer = (await client.SendAsync("GET", path)).Expect(200);
            Assert.Contains("salutation", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("birthday", answer.Text, StringComparison.Ordinal);
        }

        (await client.SendAsync("POST", $"{contact.Path()}/revert", new JsonObject { ["toVersion"] = 1 })).Expect(200);
        var reverted = (await app.ReadAsync(contact)).Json;
        Assert.Equal(("1990-05-06", contact["salutation"]?.ToString()), ((string?)reverted["birthday"], reverted["salutation"]?.ToString()));
    }

    [Fact]
    public async Task RecordOutOfReach_HasNoPast()
    {
        var role = await app.NewRoleAsync([Grant("leads", "own")], null, "viewHistory");
        var (user, client) = await app.NewUserAsync(role);
        var (others, mine) = (await app.CreateAsync("leads"), await app.CreateAsync("leads", ("ownerId", user.Id())));
        var deleted = await app.CreateAsync("leads");
        (await app.DeleteAsync(deleted)).Expect(204);

        foreach (var request in FunctionRequests.OnHistory("leads"))
        {
            (await request.SendAsync(client, others.Id())).Expect(404, "not-found");
            (await request.SendAsync(client, deleted.Id())).Expect(404, "not-found");
        }

        (await client.SendAsync("GET", $"{mine.Path()}/history")).Expect(200);
    }

    [Fact]
    public async Task ChangesOfTheTenant_AreOfCollectionsThatAreReadAsAWhole()
    {
        var role = await app.NewRoleAsync([Grant("leads", "all"), Grant("contacts", "own")], null, "viewHistory");
        using var client = await app.ClientForAsync(role);

        (await client.SendAsync("GET", "/history/changes?entity=contacts")).Expect(403, "forbidden");
        (await client.SendAsync("GET", "/history/changes?entity=leads")).Expect(200);
        var all = (await client.SendAsync("GET", "/history/changes?maxpagesize=200")).Expect(200).Json["value"]!.AsArray();
        Assert.All(all, change => Assert.Equal("leads", (string?)change!["entity"]));
    }

    [Fact]
    public async Task Restore_TakesTheRightToDelete()
    {
        var role = await app.NewRoleAsync([new JsonObject { ["entity"] = "leads", ["read"] = "all", ["delete"] = "own" }], null, "viewHistory");
        var (user, client) = await app.NewUserAsync(role);
        var (others, mine) = (await app.CreateAsync("leads"), await app.CreateAsync("leads", ("ownerId", user.Id())));
        foreach (var lead in new[] { others, mine })
            (await app.DeleteAsync(lead)).Expect(204);

        (await client.SendAsync("POST", $"{others.Path()}/restore")).Expect(403, "forbidden");
        (await client.SendAsync("POST", $"{mine.Path()}/restore")).Expect(200);
    }
}
