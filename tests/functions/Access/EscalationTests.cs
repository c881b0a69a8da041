using System.Text.Json.Nodes;
using Crm.Access;
using Crm.Entities.Types;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Access;

/// <summary>Nobody comes to more rights than they were given.</summary>
[Collection(SharedApp.Name)]
public sealed class EscalationTests(CrmApp app)
{
    /// <summary>Somebody who manages users, and beside that works with contacts, but not with their birthdays.</summary>
    private async Task<(JsonObject User, HttpClient Client, string Role)> ManagerAsync()
    {
        JsonArray grants =
        [
            .. new[] { "users", "roles", "teams", "api-keys", "contacts" }.Select(entity => new JsonObject { ["entity"] = entity, ["create"] = true, ["read"] = "all", ["update"] = "all", ["delete"] = "all" }),
        ];
        var role = await app.NewRoleAsync(grants, [new JsonObject { ["entity"] = "contacts", ["field"] = "birthday" }], "manageUsers");
        var (user, client) = await app.NewUserAsync(role);
        return (user, client, role);
    }

    [Fact]
    public async Task Users_AreNotGivenRolesBeyondOnesOwn()
    {
        var (_, client, role) = await ManagerAsync();
        var sample = await app.SampleAsync("users");
        (sample["roleIds"], sample["identities"]) = (new JsonArray(Role.Administrator), new JsonArray());

        (await client.SendAsync("POST", "/api/v1/users", sample)).Expect(403, "forbidden").ExpectErrors("#/roleIds forbidden");
        sample["roleIds"] = new JsonArray(role);
        var made = (await client.SendAsync("POST", "/api/v1/users", sample)).Expect(201).Json;
        (await client.SendAsync("PATCH", made.Path(), new JsonObject { ["roleIds"] = new JsonArray(role, "sales") }, ("If-Match", "*"))).Expect(403, "forbidden");
    }

    [Fact]
    public async Task Users_WithMoreRights_AreOutOfReach()
    {
        var (_, client, _) = await ManagerAsync();
        var admin = await app.CreateAsync("users", ("roleIds", new JsonArray(Role.Administrator)));

        (await client.SendAsync("PATCH", admin.Path(), new JsonObject { ["email"] = $"{Guid.NewGuid():N}@example.com" }, ("If-Match", "*"))).Expect(403, "forbidden");
        (await client.SendAsync("POST", $"/auth/users/{admin.Id()}/invitation")).Expect(403, "forbidden");
    }

    [Fact]
    public async Task Roles_AreNotMadeBeyondOnesOwn()
    {
        var (_, client, role) = await ManagerAsync();
        JsonObject Wanted(JsonArray grants, params string[] special) =>
            new() { ["name"] = CrmApp.Unique("role"), ["grants"] = grants, ["special"] = new JsonArray([.. special.Select(right => (JsonNode)right)]) };
        var birthday = new JsonArray(new JsonObject { ["entity"] = "contacts", ["field"] = "birthday" });

        (await client.SendAsync("POST", "/api/v1/roles", Wanted([new JsonObject { ["entity"] = "leads", ["read"] = "own" }]))).Expect(403).ExpectErrors("#/grants forbidden");
        (await client.SendAsync("POST", "/api/v1/roles", Wanted([new JsonObject { ["entity"] = "*", ["read"] = "own" }]))).Expect(403);
        (await client.SendAsync("POST", "/api/v1/roles", Wanted([], "viewHistory"))).Expect(403);
        (await client.SendAsync("POST", "/api/v1/roles", Wanted([new JsonObject { ["entity"] = "contacts", ["read"] = "own" }]))).Expect(403);
        var allowed = Wanted([new JsonObject { ["entity"] = "contacts", ["read"] = "own" }], "manageUsers");
        allowed["fields"] = birthday;
        (await client.SendAsync("POST", "/api/v1/roles", allowed)).Expect(201);
        (await client.SendAsync("PATCH", $"/api/v1/roles/{role}", new JsonObject { ["special"] = new JsonArray("manageUsers", "import") }, ("If-Match", "*"))).Expect(403);
        (await client.SendAsync("PATCH", "/api/v1/roles/sales", new JsonObject { ["grants"] = new JsonArray() }, ("If-Match", "*"))).Expect(403);
    }

    [Fact]
    public async Task Keys_AreNotMadeBeyondOnesOwn()
    {
        var (_, client, role) = await ManagerAsync();
        JsonObject Wanted(string role) => new() { ["name"] = "Key", ["roleId"] = role, ["scopes"] = new JsonArray("*:read"), ["expiresAt"] = "2099-01-01T00:00:00Z" };

        (await client.SendAsync("POST", "/api/v1/api-keys", Wanted(Role.Administrator))).Expect(403).ExpectErrors("#/roleId forbidden");
        (await client.SendAsync("POST", "/api/v1/api-keys", Wanted(role))).Expect(201);
    }

    [Fact]
    public async Task Nobody_ChangesTheirOwnAccess_NotEvenAnAdministrator()
    {
        var admin = (await app.SendAsync("GET", $"/api/v1/users/{FirstTenant.AdminId}")).Expect(200).Json;

        (await app.SendAsync("PATCH", admin.Path(), new JsonObject { ["status"] = "suspended" }, ("If-Match", "*"))).Expect(403).ExpectErrors("#/status forbidden");
        (await app.SendAsync("PATCH", admin.Path(), new JsonObject { ["roleIds"] = new JsonArray("sales") }, ("If-Match", "*"))).Expect(403).ExpectErrors("#/roleIds forbidden");
    }

    [Fact]
    public async Task TheRoleOfAdministrators_StaysAsItIs()
    {
        (await app.SendAsync("PATCH", $"/api/v1/roles/{Role.Administrator}", new JsonObject { ["grants"] = new JsonArray() }, ("If-Match", "*"))).Expect(403, "forbidden");
        (await app.SendAsync("DELETE", $"/api/v1/roles/{Role.Administrator}", null, ("If-Match", "*"))).Expect(409, "not-deletable");
    }

    [Fact]
    public async Task Managers_HaveNoRightOverUsers()
    {
        using var client = await app.ClientForAsync("manager");
        var user = await app.CreateAsync("users");

        (await client.SendAsync("PATCH", user.Path(), new JsonObject { ["name"] = "Renamed" }, ("If-Match", "*"))).Expect(403, "forbidden");
        (await client.SendAsync("POST", "/api/v1/teams", new JsonObject { ["name"] = CrmApp.Unique("team") })).Expect(403, "forbidden");
        (await client.SendAsync("GET", "/api/v1/api-keys")).Expect(403, "forbidden");
        (await client.SendAsync("GET", user.Path())).Expect(200);
    }

    [Fact]
    public async Task RoleChanged_CountsAtOnce()
    {
        var role = await app.NewRoleAsync([new JsonObject { ["entity"] = "leads", ["read"] = "all" }]);
        using var client = await app.ClientForAsync(role);
        (await client.SendAsync("GET", "/api/v1/leads")).Expect(200);

        (await app.SendAsync("PATCH", $"/api/v1/roles/{role}", new JsonObject { ["grants"] = new JsonArray() }, ("If-Match", "*"))).Expect(200);

        (await client.SendAsync("GET", "/api/v1/leads")).Expect(403, "forbidden");
    }
}
