using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crm.Access;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;

namespace Crm.Tests.Access;

/// <summary>Two tenants in one deployment never meet.</summary>
[Collection(SharedApp.Name)]
public sealed partial class TenantTests(CrmApp app)
{
    [Fact]
    public async Task Tenant_HasRolesPipelineAndAdministrator_AndIsMadeOnce()
    {
        var (tenant, client) = await app.NewTenantAsync();

        Assert.Equal(BuiltInRoles.All.Keys.Order(StringComparer.Ordinal), Ids(await client.SendAsync("GET", "/api/v1/roles")).Order(StringComparer.Ordinal));
        Assert.Single(Ids(await client.SendAsync("GET", "/api/v1/users")));
        Assert.Single(Ids(await client.SendAsync("GET", "/api/v1/pipelines")));
        (await client.SendAsync("POST", "/api/v1/opportunities", new JsonObject { ["name"] = "First" })).Expect(201);
        using var platform = app.NewClient().Use(CrmApp.PlatformKey);
        var again = new JsonObject { ["name"] = "Again", ["slug"] = tenant, ["baseCurrency"] = "USD", ["timeZone"] = "UTC", ["adminEmail"] = "a@b.example", ["adminPassword"] = "long enough for this" };
        (await platform.SendAsync("POST", "/auth/tenants", again)).Expect(409, "duplicate");
        (await client.SendAsync("POST", "/auth/tenants", again)).Expect(401);

        static IEnumerable<string> Ids(Answer list) => list.Expect(200).Json["value"]!.AsArray().Select(row => row!.Id());
    }

    [Fact]
    public async Task Tenant_WithWrongFields_IsRefusedByPointer()
    {
        using var platform = app.NewClient().Use(CrmApp.PlatformKey);
        var wrong = new JsonObject { ["name"] = "X", ["slug"] = "No Slug", ["baseCurrency"] = "EURO", ["timeZone"] = "Moon/Base", ["adminEmail"] = "nobody", ["adminPassword"] = "short" };

        (await platform.SendAsync("POST", "/auth/tenants", wrong)).Expect(422)
            .ExpectErrors("#/slug format", "#/baseCurrency format", "#/timeZone format", "#/adminEmail format", "#/adminPassword min-length");
    }

    /// <summary>For every function: what another tenant has is exactly what nobody has.</summary>
    [Fact]
    public async Task AnotherTenantsRecords_AreNotThere_OnEveryRoute()
    {
        var (_, other) = await app.NewTenantAsync();
        var parts = await app.PartsAsync();
        foreach (var request in Catalogued.Names.SelectMany(collection => FunctionRequests.OnARecord(collection).Concat(FunctionRequests.OnHistory(collection))).Concat(FunctionRequests.Actions).Concat(FunctionRequests.OnOrders).Concat(FunctionRequests.OnCampaigns).Concat(FunctionRequests.OnWebhooks).Concat(FunctionRequests.OnInboundWebhooks))
        {
            var collection = request.Path.Contains("/users/", StringComparison.Ordinal) ? "users" : request.Path.Split('/')[3];
            var record = parts.TryGetValue(collection, out var part) ? part : await app.CreateAsync(collection);
            var absent = Guid.CreateVersion7().ToString();

            var (theirs, nobodys) = (await request.SendAsync(other, record.Id()), await request.SendAsync(other, absent));

            Assert.Equal(404, (int)theirs.Status);
            Assert.Equal(Comparable(nobodys, absent), Comparable(theirs, record.Id()));
            (await app.ReadAsync(record, ("If-None-Match", record["etag"]!.GetValue<string>()))).Expect(304);
            Assert.Equal(404, (int)(await other.SendAsync("GET", record.Path(), null, ("If-None-Match", "*"), ("If-None-Match", record["etag"]!.GetValue<string>()))).Status);
        }
    }

    [Fact]
    public async Task AnotherTenantsRecords_AreInNoListCountOrFilter()
    {
        var (_, other) = await app.NewTenantAsync();
        foreach (var collection in Catalogued.Names.Except(["users", "roles", "pipelines"]))
        {
            var record = await app.CreateAsync(collection);
            foreach (var query in new[] { "", $"&filter=id eq '{record.Id()}'", "&orderby=createdAt desc", $"&filter=id ne 'x' or id eq '{record.Id()}'" })
            {
                var list = (await other.SendAsync("GET", $"/api/v1/{collection}?count=true{query}")).Expect(200).Json;
                Assert.Equal((0, 0), ((int)list["count"]!, list["value"]!.AsArray().Count));
            }
        }
    }

    [Fact]
    public async Task AnotherTenantsCursor_IsNoCursor()
    {
        var (_, other) = await app.NewTenantAsync();
        await app.CreateAsync("contacts");
        await app.CreateAsync("contacts");
        var next = new Uri((string)(await app.ListAsync("contacts", ("maxpagesize", "1"))).Json["nextLink"]!).PathAndQuery;

        (await app.SendAsync("GET", next)).Expect(200);
        (await other.SendAsync("GET", next)).Expect(400).ExpectErrors("cursor invalid-cursor");
    }

    [Fact]
    public async Task AnotherTenantsKeysAndValues_AreFree()
    {
        var (_, other) = await app.NewTenantAsync();
        var body = new JsonObject { ["sku"] = CrmApp.Unique("sku"), ["name"] = "Same", ["listPrice"] = 1 };
        var mine = (await app.PostAsync("products", body, ("Idempotency-Key", "shared"))).Expect(201).Json;

        var theirs = (await other.SendAsync("POST", "/api/v1/products", body, ("Idempotency-Key", "shared"))).Expect(201);

        Assert.NotEqual(mine.Id(), theirs.Json.Id());
        Assert.False(theirs.Headers.ContainsKey("Idempotent-Replayed"));
        (await other.SendAsync("POST", "/api/v1/products", body)).Expect(409).Json["matches"]!.AsArray().ToList().ForEach(match => Assert.Equal(theirs.Json.Id(), match!.Id()));
    }

    [Fact]
    public async Task AnotherTenantsRecords_CannotBeReferredTo()
    {
        var (_, other) = await app.NewTenantAsync();
        var account = await app.CreateAsync("accounts");
        var absent = Guid.CreateVersion7().ToString();
        JsonObject Body(string id) => new() { ["lastName"] = "Referring", ["accounts"] = new JsonArray(new JsonObject { ["accountId"] = id }), ["ownerId"] = FirstTenant.AdminId };

        var (theirs, nobodys) = (await other.SendAsync("POST", "/api/v1/contacts", Body(account.Id())), await other.SendAsync("POST", "/api/v1/contacts", Body(absent)));

        theirs.Expect(422).ExpectErrors("#/accounts/0/accountId unknown-reference", "#/ownerId unknown-reference");
        Assert.Equal(Comparable(nobodys, absent), Comparable(theirs, account.Id()));
    }

    [Fact]
    public async Task UserOfSeveralTenants_NamesTheirs()
    {
        var (first, _) = await app.NewTenantAsync();
        using var anybody = app.NewClient();
        var fields = new JsonObject { ["grant_type"] = "password", ["username"] = "admin", ["password"] = CrmApp.AdminPassword };

        (await anybody.SendAsync("POST", "/auth/token", fields)).Expect(400, "invalid-grant");
        fields["tenant"] = first;
        (await anybody.SendAsync("POST", "/auth/token", fields)).Expect(200);
        var byEmail = new JsonObject { ["grant_type"] = "password", ["username"] = $"admin@{first}.example", ["password"] = CrmApp.AdminPassword };
        (await anybody.SendAsync("POST", "/auth/token", byEmail)).Expect(200);
    }

    [Fact]
    public async Task SuspendedTenant_IsRefusedToAll()
    {
        var (tenant, client) = await app.NewTenantAsync();
        var tokens = await app.NewClient().SignInAsync("admin", CrmApp.AdminPassword, tenant);
        (await client.SendAsync("GET", "/api/v1/leads")).Expect(200);

        using var platform = app.NewClient().Use(CrmApp.PlatformKey);
        (await platform.SendAsync("PATCH", $"/auth/tenants/{tenant}", new JsonObject { ["status"] = "closed" })).Expect(422);
        (await platform.SendAsync("PATCH", "/auth/tenants/nowhere", new JsonObject { ["status"] = "active" })).Expect(404, "not-found");
        (await platform.SendAsync("PATCH", $"/auth/tenants/{tenant}", new JsonObject { ["status"] = "suspended" })).Expect(200);

        (await client.SendAsync("GET", "/api/v1/leads")).Expect(403, "forbidden");
        using var anybody = app.NewClient();
        (await anybody.SendAsync("POST", "/auth/token", new JsonObject { ["grant_type"] = "refresh_token", ["refresh_token"] = tokens["refresh_token"]!.DeepClone() })).Expect(403, "forbidden");
        (await anybody.SendAsync("POST", "/auth/token", new JsonObject { ["grant_type"] = "password", ["username"] = "admin", ["password"] = CrmApp.AdminPassword, ["tenant"] = tenant })).Expect(403, "forbidden");
        (await platform.SendAsync("PATCH", $"/auth/tenants/{tenant}", new JsonObject { ["status"] = "active" })).Expect(200);
        (await client.SendAsync("GET", "/api/v1/leads")).Expect(200);
    }

    private static string Comparable(Answer answer, string id) =>
        $"{(int)answer.Status} {RequestId().Replace(answer.Text.Replace(id, "ID", StringComparison.Ordinal), "")} {string.Join(' ', answer.Headers.Keys.Order(StringComparer.Ordinal))}";

    [GeneratedRegex("\"requestId\":\"[^\"]*\"")]
    private static partial Regex RequestId();
}
