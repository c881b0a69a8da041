using System.Text.Json.Nodes;
using Crm.Entities.Types;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Access;

[Collection(SharedApp.Name)]
public sealed class ApiKeyTests(CrmApp app)
{
    [Fact]
    public async Task Key_IsShownOnce()
    {
        var key = await app.NewKeyRecordAsync("sales", "leads:read");
        var secret = (string)key["secret"]!;

        Assert.Matches("^crm_local_[0-9a-f]{32}_[A-Za-z0-9_-]{43}$", secret);
        Assert.StartsWith((string)key["prefix"]! + "_", secret, StringComparison.Ordinal);
        var ending = secret[^43..];
        Assert.DoesNotContain(ending, (await app.ReadAsync(key)).Expect(200).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(ending, string.Concat((await app.DocumentsAsync(key)).Select(document => document.ToJsonString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_MayWhatItsRoleAndItsScopesBothAllow()
    {
        using var client = app.NewClient().Use(await app.NewKeyAsync("sales", "contacts:read", "leads:write", "leads:read", "pipelines:write"));

        (await client.SendAsync("GET", "/api/v1/contacts")).Expect(200);
        (await client.SendAsync("POST", "/api/v1/contacts", new JsonObject { ["lastName"] = "No" })).Expect(403, "forbidden");
        var lead = (await client.SendAsync("POST", "/api/v1/leads", new JsonObject { ["lastName"] = "Yes" })).Expect(201).Json;
        Assert.Equal("apiKey", (string?)lead["createdBy"]!["kind"]);
        Assert.Equal(Crm.Access.FirstTenant.AdminId, (string?)lead["ownerId"]);
        (await client.SendAsync("GET", "/api/v1/accounts")).Expect(403, "forbidden");
        (await client.SendAsync("POST", "/api/v1/pipelines", new JsonObject())).Expect(403, "forbidden");
    }

    [Fact]
    public async Task Key_WithAChangedSecret_IsRefused()
    {
        var key = await app.NewKeyAsync("sales", "*:read");
        foreach (var wrong in new[] { key[..^1] + (key[^1] == 'A' ? 'B' : 'A'), key + "A", key[..^44], key.Replace("_local_", "_live_", StringComparison.Ordinal) })
        {
            using var client = app.NewClient().Use(wrong);
            (await client.SendAsync("GET", "/api/v1/contacts")).Expect(401, "invalid-token");
        }
    }

    [Fact]
    public async Task Key_ThatIsRevokedOrDeleted_IsRefused()
    {
        foreach (var end in new Func<JsonObject, Task<Answer>>[] { key => app.PatchAsync(key, new JsonObject { ["status"] = "revoked" }), key => app.SendAsync("DELETE", key.Path(), null, ("If-Match", "*")) })
        {
            var key = await app.NewKeyRecordAsync("sales", "*:read");
            using var client = app.NewClient().Use((string)key["secret"]!);
            (await client.SendAsync("GET", "/api/v1/contacts")).Expect(200);
            key = (await app.ReadAsync(key)).Expect(200).Json;
            Assert.NotNull(key["lastUsedAt"]);

            Assert.InRange((int)(await end(key)).Status, 200, 204);

            (await client.SendAsync("GET", "/api/v1/contacts")).Expect(401, "invalid-token");
        }
    }

    [Fact]
    public async Task Key_WithScopesThatAreNone_IsRefusedByPointer()
    {
        var refused = await app.PostAsync("api-keys", new JsonObject
        {
            ["name"] = "Wrong",
            ["roleId"] = "sales",
            ["expiresAt"] = "2020-01-01T00:00:00Z",
            ["scopes"] = new JsonArray("contacts:read", "contacts", "none:read", "contacts:delete"),
        });

        refused.Expect(422).ExpectErrors("#/scopes/1 no-such-scope", "#/scopes/2 no-such-scope", "#/scopes/3 no-such-scope", "#/expiresAt past");
    }

    [Fact]
    public async Task Key_InUse_WritesItsUseOnceAnHour()
    {
        var key = await app.NewKeyRecordAsync(Role.Administrator, "*:read");
        using var client = app.NewClient().Use((string)key["secret"]!);
        for (var use = 0; use < 3; use++)
            (await client.SendAsync("GET", "/api/v1/contacts")).Expect(200);

        Assert.Equal(2, (int)(await app.ReadAsync(key)).Json["version"]!);
    }
}
