using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Expanding;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Query;

/// <summary>Records shown with those they refer to, as far as the caller may see these.</summary>
[Collection(SharedApp.Name)]
public sealed class ExpandTests(CrmApp app)
{
    [Fact]
    public async Task Read_WithExpand_ShowsWhatTheRecordRefersTo()
    {
        var parent = await app.CreateAsync("accounts");
        var account = await app.CreateAsync("accounts", ("parentAccountId", parent.Id()));
        var opportunity = await app.CreateAsync("opportunities", ("accountId", account.Id()));

        var read = (await app.SendAsync("GET", opportunity.Path() + "?expand=account/parentAccount,customer,owner")).Expect(200);

        var shown = read.Json;
        Expectations.ExpectSame(parent, shown["account"]!["parentAccount"], "two steps away");
        Assert.Equal("users", shown["owner"]!["type"]!.GetValue<string>());
        Assert.False(shown.ContainsKey("customer"), "it has none");
        ((JsonObject)shown["account"]!).Remove("parentAccount");
        Expectations.ExpectSame(account, shown["account"], "one step away");
        shown.Remove("account");
        shown.Remove("owner");
        Expectations.ExpectSame(opportunity, shown, "the record itself");
        Assert.Equal(opportunity["etag"]!.GetValue<string>(), read.Headers["ETag"]);
    }

    [Fact]
    public async Task Read_WithExpand_IsNeverNotModified()
    {
        var account = await app.CreateAsync("accounts");
        var opportunity = await app.CreateAsync("opportunities", ("accountId", account.Id()));
        (await app.PatchAsync(account, new JsonObject { ["rating"] = "cold" }, account.IfMatch())).Expect(200);

        (await app.ReadAsync(opportunity, ("If-None-Match", opportunity["etag"]!.GetValue<string>()))).Expect(304);
        var read = await app.SendAsync("GET", opportunity.Path() + "?expand=account", null, ("If-None-Match", opportunity["etag"]!.GetValue<string>()));

        Assert.Equal("cold", read.Expect(200).Json["account"]!["rating"]!.GetValue<string>());
    }

    [Fact]
    public async Task List_WithExpand_ReadsEachRecordOnce_InOneRoundForEachStep()
    {
        var account = await app.CreateAsync("accounts");
        var ids = new List<string>();
        for (var number = 0; number < 3; number++)
            ids.Add((await app.CreateAsync("contacts", ("accounts", new JsonArray(new JsonObject { ["accountId"] = account.Id() })))).Id());
        var boss = await app.CreateAsync("contacts");
        foreach (var id in ids)
            (await app.SendAsync("PATCH", $"/api/v1/contacts/{id}", new JsonObject { ["reportsToId"] = boss.Id() }, ("If-Match", "*"))).Expect(200);
        (string, string)[] query = [("filter", $"id in ('{string.Join("','", ids)}')"), ("select", "lastName")];
        await app.ListAsync("contacts", query);

        var before = app.RoundTrips.Count;
        (await app.ListAsync("contacts", query)).Expect(200);
        var plain = app.RoundTrips.Count - before;
        before = app.RoundTrips.Count;
        var list = (await app.ListAsync("contacts", [.. query, ("expand", "reportsTo")])).Expect(200).Json;

        Assert.Equal(plain + 1, app.RoundTrips.Count - before);
        Assert.All(list["value"]!.AsArray(), row => Expectations.ExpectSame(boss, row!["reportsTo"], "expanded"));
        Assert.All(list["value"]!.AsArray(), row => Assert.Equal(["etag", "id", "lastName", "reportsTo", "reportsToId"], ((JsonObject)row!).Select(member => member.Key).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Link_IsExpandedInItsPlace()
    {
        var lead = await app.CreateAsync("leads");
        var note = await app.CreateAsync("notes", ("regarding", new JsonObject { ["type"] = "leads", ["id"] = lead.Id() }));

        var shown = (await app.ListAsync("notes", ("filter", $"id eq '{note.Id()}'"), ("expand", "regarding"))).Expect(200).Json["value"]![0]!;

        Expectations.ExpectSame(lead, shown["regarding"]!["record"], "the record of the link");
        Assert.Equal(lead.Id(), shown["regarding"]!["id"]!.GetValue<string>());
        (await app.SendAsync("GET", note.Path() + "?expand=regarding/owner")).Expect(400, "invalid-expand");
    }

    [Fact]
    public async Task Expand_OfWhatTheCallerMaySee_NamesTheRest()
    {
        JsonArray grants = [new JsonObject { ["entity"] = "opportunities", ["read"] = "all" }, new JsonObject { ["entity"] = "accounts", ["read"] = "all" }];
        using var client = await app.ClientForAsync(await app.NewRoleAsync(grants, [new JsonObject { ["entity"] = "accounts", ["field"] = "annualRevenue" }]));
        var account = await app.CreateAsync("accounts", ("annualRevenue", 5_000_000));
        var opportunity = await app.CreateAsync("opportunities", ("accountId", account.Id()));

        var read = (await client.SendAsync("GET", opportunity.Path() + "?expand=account,owner")).Expect(200).Json;

        Expectations.ExpectSame(new JsonObject { ["id"] = opportunity["ownerId"]!.GetValue<string>(), ["denied"] = true }, read["owner"], "a user, whom the caller may not see");
        Assert.False(((JsonObject)read["account"]!).ContainsKey("annualRevenue"));
        Assert.Equal(account["name"]!.GetValue<string>(), read["account"]!["name"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("?expand=nothing", "unknown-reference")]
    [InlineData("?expand=account/owner/team", "invalid-expand")]
    [InlineData("?expand=account&asOf=2026-01-01T00:00:00Z", "invalid-value")]
    public async Task Expand_ThatIsWrong_SaysSo(string query, string code)
    {
        var opportunity = await app.CreateAsync("opportunities");

        var refused = (await app.SendAsync("GET", opportunity.Path() + query)).Expect(400);

        Assert.Equal(code, refused.Json["errors"]![0]!["code"]!.GetValue<string>());
    }

    [Fact]
    public void References_HaveNamesThatNoFieldHas() => Assert.All(
        EntityCatalog.BuiltIn,
        type => Assert.All(Expansion.Of(type).Where(known => known.Name != known.Field.Name), known => Assert.False(type.Fields.ContainsKey(known.Name), $"{type.Collection}: {known.Name}")));
}
