using System.Text.Json.Nodes;
using Crm.Entities.Types;
using Crm.Platform.Auth;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Access;

/// <summary>Every function on records, every scope, and records that each scope reaches or does not: one table.</summary>
[Collection(SharedApp.Name)]
public sealed class ScopeTests(CrmApp app)
{
    /// <summary>What a record has to do with the user, and the least scope that reaches it.</summary>
    private static readonly (string Relation, GrantScope Least)[] Relations = [("mine", GrantScope.Own), ("of my team", GrantScope.Team), ("of a team below", GrantScope.TeamTree), ("of others", GrantScope.All)];

    public static TheoryData<string> Scopes => ["none", "own", "team", "teamTree", "all"];

    /// <summary>Leads are read by scope; accounts are read by all, and changed by scope.</summary>
    [Theory, MemberData(nameof(Scopes))]
    public async Task Records_AreReachedAsFarAsTheScopeGoes(string scope)
    {
        var (reach, user, client, teams) = await UserAsync(scope, "leads", "accounts");
        foreach (var (relation, least) in Relations)
        {
            var reached = least <= reach;
            foreach (var request in FunctionRequests.OnARecord("leads"))
                await ExpectAsync(request, "leads", reached, seen: reached, request.Function is "EntitiesPatch" or "EntitiesReplace" or "EntitiesDelete");
            foreach (var request in FunctionRequests.OnARecord("accounts"))
                await ExpectAsync(request, "accounts", reached || request.Function is "EntitiesRead" or "EntitiesAccess", seen: true, request.Function is not ("EntitiesRead" or "EntitiesAccess"));

            async Task ExpectAsync(FunctionRequest request, string collection, bool allowed, bool seen, bool changes)
            {
                var record = await RecordAsync(collection, relation, user, teams);
                var body = request.Method == "PUT" ? new JsonObject(record.Where(member => member.Key is "lastName" or "name" or "ownerId" or "teamIds").Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))) : null;
                var answer = await (body is null ? request : request with { Body = body }).SendAsync(client, record.Id());
                var expected = allowed ? request.Method == "DELETE" ? 204 : 200 : reach == GrantScope.None && request.Method == "GET" ? 403 : !seen ? 404 : changes ? 403 : 404;
                Assert.True((int)answer.Status == expected, $"{request.Function} on {collection} {relation} with scope {scope}: {(int)answer.Status}, not {expected}. {answer.Text}");
            }
        }
    }

    [Theory, MemberData(nameof(Scopes))]
    public async Task Actions_AreReachedAsFarAsTheScopeGoes(string scope)
    {
        var (reach, user, client, teams) = await UserAsync(scope, "none", "leads", "opportunities", "cases");
        foreach (var request in FunctionRequests.Actions.Where(request => request.Path.StartsWith("/api/", StringComparison.Ordinal)))
        {
            foreach (var (relation, least) in Relations)
            {
                var record = await RecordAsync(request.Path.Split('/')[3], relation, user, teams);
                var answer = await request.SendAsync(client, record.Id());
                Assert.True((int)answer.Status is 403 == least > reach, $"{request.Function} {relation} with scope {scope}: {answer.Text}");
            }
        }
    }

    /// <summary>What a list finds, counts, sorts and filters is what reads by id allow.</summary>
    [Theory, MemberData(nameof(Scopes))]
    public async Task Lists_HaveExactlyWhatReadsAllow(string scope)
    {
        var (reach, user, client, teams) = await UserAsync(scope, "leads", "accounts");
        var mark = CrmApp.Unique("mark");
        var records = new Dictionary<string, GrantScope>();
        foreach (var (relation, least) in Relations)
            records[(await RecordAsync("leads", relation, user, teams, mark)).Id()] = least;

        foreach (var order in new[] { "", "&orderby=lastName desc", "&orderby=createdAt&select=lastName" })
        {
            var list = await client.SendAsync("GET", $"/api/v1/leads?filter=companyName eq '{mark}'&count=true{order}");
            if (reach == GrantScope.None)
            {
                list.Expect(403, "forbidden");
                continue;
            }

            var reached = records.Where(record => record.Value <= reach).Select(record => record.Key).ToList();
            list.ExpectIds(reached);
            Assert.Equal(reached.Count, (int)list.Json["count"]!);
        }

        foreach (var (id, least) in records)
            Assert.Equal(reach == GrantScope.None ? 403 : least <= reach ? 200 : 404, (int)(await client.SendAsync("GET", $"/api/v1/leads/{id}")).Status);
    }

    [Fact]
    public async Task Create_WithoutTheGrant_IsForbidden()
    {
        var role = await app.NewRoleAsync([new JsonObject { ["entity"] = "leads", ["read"] = "all", ["update"] = "all" }]);
        using var client = await app.ClientForAsync(role);

        (await client.SendAsync("POST", "/api/v1/leads", new JsonObject { ["lastName"] = "New" })).Expect(403, "forbidden");
    }

    [Fact]
    public async Task Reference_ToWhatOneMayNotRead_IsToWhatIsNotThere()
    {
        var role = await app.NewRoleAsync(
        [
            new JsonObject { ["entity"] = "accounts", ["read"] = "own" },
            new JsonObject { ["entity"] = "contacts", ["create"] = true, ["read"] = "all", ["update"] = "all" },
        ]);
        var (user, client) = await app.NewUserAsync(role);
        var (others, mine) = (await app.CreateAsync("accounts"), await app.CreateAsync("accounts", ("ownerId", user.Id())));
        JsonObject Body(string account) => new() { ["lastName"] = "Referring", ["accounts"] = new JsonArray(new JsonObject { ["accountId"] = account }) };

        var unreadable = (await client.SendAsync("POST", "/api/v1/contacts", Body(others.Id()))).Expect(422, "validation-failed");
        var absent = (await client.SendAsync("POST", "/api/v1/contacts", Body(Guid.Empty.ToString()))).Expect(422);
        Assert.Equal(absent.Json["errors"]!.ToJsonString().Replace(Guid.Empty.ToString(), others.Id(), StringComparison.Ordinal), unreadable.Json["errors"]!.ToJsonString());
        Assert.Equal(["#/accounts/0/accountId unknown-reference"], unreadable.Errors);
        (await client.SendAsync("POST", "/api/v1/contacts", Body(mine.Id()))).Expect(201);
    }

    [Fact]
    public async Task Duplicate_OfWhatOneMayNotRead_NamesNoMatch()
    {
        var role = await app.NewRoleAsync([new JsonObject { ["entity"] = "products", ["create"] = true, ["read"] = "own" }]);
        var product = await app.CreateAsync("products");
        using var client = await app.ClientForAsync(role);
        var body = new JsonObject { ["sku"] = product["sku"]!.DeepClone(), ["name"] = "Same", ["listPrice"] = 1 };

        Assert.Empty((await client.SendAsync("POST", "/api/v1/products", body)).Expect(409, "duplicate").Json["matches"]!.AsArray());
        Assert.Single((await app.PostAsync("products", body)).Expect(409).Json["matches"]!.AsArray());
    }

    [Fact]
    public async Task Deletion_IsRefusedWithoutNamingWhatOneMayNotRead()
    {
        var role = await app.NewRoleAsync([new JsonObject { ["entity"] = "accounts", ["read"] = "all", ["delete"] = "all" }]);
        var contact = await app.CreateAsync("contacts");
        var account = contact["accounts"]![0]!["accountId"]!.GetValue<string>();
        using var client = await app.ClientForAsync(role);

        var refused = (await client.SendAsync("DELETE", $"/api/v1/accounts/{account}", null, ("If-Match", "*"))).Expect(409, "in-use");

        Assert.DoesNotContain(contact.Id(), refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Access_SaysWhichRoleGivesWhat()
    {
        var role = await app.NewRoleAsync([new JsonObject { ["entity"] = "leads", ["read"] = "all", ["update"] = "own" }, new JsonObject { ["entity"] = "users", ["read"] = "all" }]);
        var (user, client) = await app.NewUserAsync(role);
        var lead = await app.CreateAsync("leads", ("ownerId", user.Id()));

        var access = (await client.SendAsync("GET", $"{lead.Path()}/access")).Expect(200).Json;

        Assert.Equal([("read", "all", role), ("update", "own", role)], access["mine"]!.AsArray().Select(Granted));
        var everybody = access["value"]!.AsArray().ToDictionary(one => one!["userId"]!.GetValue<string>(), one => one!["rights"]!.AsArray().Select(Granted).ToList());
        Assert.Equal(2, everybody[user.Id()].Count);
        Assert.Contains(("delete", "all", Role.Administrator), everybody[Crm.Access.FirstTenant.AdminId]);

        static (string?, string?, string?) Granted(JsonNode? right) => ((string?)right!["right"], (string?)right["scope"], (string?)right["role"]!["id"]);
    }

    private async Task<(GrantScope Reach, JsonObject User, HttpClient Client, (string Mine, string Below) Teams)> UserAsync(string scope, string readByScope, params string[] changedByScope)
    {
        string[] free = ["accounts", "contacts", "opportunities"];
        JsonObject Grant(string entity, string read, string change) =>
            new() { ["entity"] = entity, ["create"] = true, ["read"] = read, ["update"] = change, ["delete"] = change };
        JsonArray grants =
        [
            .. changedByScope.Select(entity => Grant(entity, "all", scope)),
            .. readByScope == "none" ? [] : new[] { Grant(readByScope, scope, "all") },
            .. free.Except(changedByScope).Select(entity => Grant(entity, "all", "all")),
            .. new[] { "users", "teams", "pipelines" }.Select(entity => new JsonObject { ["entity"] = entity, ["read"] = "all" }),
        ];
        var (user, client) = await app.NewUserAsync(await app.NewRoleAsync(grants));
        var mine = (await app.PostAsync("teams", new JsonObject { ["name"] = CrmApp.Unique("team"), ["members"] = new JsonArray(new JsonObject { ["userId"] = user.Id() }) })).Expect(201).Json.Id();
        var between = (await app.PostAsync("teams", new JsonObject { ["name"] = CrmApp.Unique("team"), ["parentTeamId"] = mine })).Expect(201).Json.Id();
        var below = (await app.PostAsync("teams", new JsonObject { ["name"] = CrmApp.Unique("team"), ["parentTeamId"] = between })).Expect(201).Json.Id();
        return (Enum.Parse<GrantScope>(scope, ignoreCase: true), user, client, (mine, below));
    }

    private Task<JsonObject> RecordAsync(string collection, string relation, JsonObject user, (string Mine, string Below) teams, string? mark = null)
    {
        List<(string, JsonNode?)> changes = relation switch
        {
            "mine" => [("ownerId", user.Id())],
            "of my team" => [("teamIds", new JsonArray(teams.Mine))],
            "of a team below" => [("teamIds", new JsonArray(teams.Below))],
            _ => [],
        };
        if (mark is not null)
            changes.Add(("companyName", mark));
        return app.CreateAsync(collection, [.. changes]);
    }
}
