using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using static Crm.Tests.Webhooks.Inbound.Senders;

namespace Crm.Tests.Webhooks.Inbound;

/// <summary>What can be declared, and who may.</summary>
[Collection(SharedApp.Name)]
public sealed class DeclarationTests(CrmApp app)
{
    public static TheoryData<string, string, string> Wrong => new()
    {
        { """{ "target": "nothing" }""", "#/target", "no-such-target" },
        { """{ "target": "users" }""", "#/target", "no-such-target" },
        { """{ "target": "inbound-webhooks" }""", "#/target", "no-such-target" },
        { """{ "target": "invoices" }""", "#/target", "no-such-target" },
        { """{ "mode": "update" }""", "#/match", "required" },
        { """{ "match": { "by": "externalIds", "source": "x", "from": "/id" } }""", "#/match", "not-allowed" },
        { """{ "mode": "upsert", "match": { "by": "externalIds", "from": "/id" } }""", "#/match/source", "required" },
        { """{ "mode": "upsert", "match": { "by": "email", "source": "x", "from": "/id" } }""", "#/match/source", "not-allowed" },
        { """{ "mode": "upsert", "match": { "by": "lastName", "from": "/id" } }""", "#/match/by", "not-unique" },
        { """{ "mode": "upsert", "match": { "by": "email", "from": "id" } }""", "#/match/from", "format" },
        { """{ "when": { "from": "type", "in": ["x"] } }""", "#/when/from", "format" },
        { """{ "signature": { "scheme": "hmacSha256" } }""", "#/signature/header", "required" },
        { """{ "signature": { "scheme": "hmacSha256", "header": "not a header" } }""", "#/signature/header", "format" },
        { """{ "eventId": "/~2" }""", "#/eventId", "format" },
        { """{ "eventId": "no header" }""", "#/eventId", "format" },
        { """{ "mapping": [{ "to": "/email", "from": "/e" }], "target": "products" }""", "#/mapping", "required" },
    };

    public static TheoryData<string, string, string> WrongRules => new()
    {
        { """{ "to": "lastName", "from": "/x" }""", "/to", "format" },
        { """{ "to": "", "from": "/x" }""", "/to", "min-length" },
        { """{ "to": "/nothing", "from": "/x" }""", "/to", "no-such-field" },
        { """{ "to": "/lastName/first", "from": "/x" }""", "/to", "no-such-field" },
        { """{ "to": "/tags/50", "from": "/x" }""", "/to", "no-such-field" },
        { """{ "to": "/externalIds/x/id", "from": "/x" }""", "/to", "no-such-field" },
        { """{ "to": "/fullName", "from": "/x" }""", "/to", "read-only" },
        { """{ "to": "/email", "from": "x" }""", "/from", "format" },
        { """{ "to": "/email" }""", "", "one-source" },
        { """{ "to": "/email", "from": "/x", "value": "a@example.com" }""", "", "one-source" },
        { """{ "to": "/email", "value": "no address" }""", "/value", "format" },
        { """{ "to": "/source", "value": "nowhere" }""", "/value", "not-allowed" },
        { """{ "to": "/estimatedValue", "value": "much" }""", "/value", "type" },
        { """{ "to": "/tags", "value": "x" }""", "/value", "type" },
        { """{ "to": "/email", "template": "{{ body.x" }""", "/template", "liquid" },
        { """{ "to": "/email", "template": "{{ x }}" }""", "/template", "no-such-variable" },
        { """{ "to": "/email", "template": "{{ item.x }}" }""", "/template", "no-such-variable" },
        { """{ "to": "/email", "from": "/x", "find": { "in": "contacts", "by": "email" } }""", "/find/in", "not-referenced" },
        { """{ "to": "/campaignId", "from": "/x", "find": { "in": "contacts", "by": "email" } }""", "/find/in", "not-referenced" },
        { """{ "to": "/campaignId", "from": "/x", "find": { "in": "nothing", "by": "email" } }""", "/find/in", "no-such-collection" },
        { """{ "to": "/campaignId", "from": "/x", "find": { "in": "campaigns", "by": "name" } }""", "/find/by", "not-unique" },
        { """{ "to": "/tags", "each": "/x", "fields": [{ "to": "/a", "from": "/b" }] }""", "/to", "not-a-list" },
        { """{ "to": "/externalIds", "each": "/x" }""", "/fields", "required" },
        { """{ "to": "/externalIds", "fields": [{ "to": "/id", "from": "/b" }] }""", "/each", "required" },
        { """{ "to": "/externalIds", "each": "x", "fields": [{ "to": "/id", "from": "/b" }] }""", "/each", "format" },
        { """{ "to": "/externalIds", "each": "/x", "from": "/y", "fields": [{ "to": "/id", "from": "/b" }] }""", "", "one-source" },
        { """{ "to": "/externalIds", "each": "/x", "fields": [{ "to": "/key", "from": "/b" }] }""", "/fields/0/to", "no-such-field" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task Webhook_ThatCannotWork_IsRefused(string changes, string pointer, string code)
    {
        var body = new JsonObject { ["target"] = "leads", ["mapping"] = new JsonArray(From("/lastName", "/name")) };
        foreach (var (name, value) in (JsonObject)JsonNode.Parse(changes)!)
            body[name] = value?.DeepClone();

        Assert.Contains($"{pointer} {code}", (await app.PostAsync("inbound-webhooks", body)).Expect(422).Errors);
    }

    [Theory, MemberData(nameof(WrongRules))]
    public async Task Rule_ThatCannotWork_IsRefusedByItsPointer(string rule, string below, string code)
    {
        var sender = await app.LeadSenderAsync();
        var mapping = new JsonArray(From("/lastName", "/name"), JsonNode.Parse(rule));

        (await app.PostAsync("inbound-webhooks", new JsonObject { ["target"] = "leads", ["mapping"] = mapping.DeepClone() })).Expect(422).ExpectErrors($"#/mapping/1{below} {code}");
        (await app.PatchAsync(sender.Webhook, new JsonObject { ["mapping"] = mapping })).Expect(422).ExpectErrors($"#/mapping/1{below} {code}");
    }

    /// <summary>Who manages webhooks and may do little else must not write what an administrator may.</summary>
    [Fact]
    public async Task Webhook_OfSomebodyElse_CanBeTakenOverAndNotTurned()
    {
        var sender = await app.LeadSenderAsync();
        var grants = new JsonArray(new JsonObject { ["entity"] = "inbound-webhooks", ["create"] = true, ["read"] = "all", ["update"] = "all" }, new JsonObject { ["entity"] = "users", ["read"] = "all" });
        var (user, client) = await app.NewUserAsync(await app.NewRoleAsync(grants, null, "manageWebhooks"));
        var mine = new JsonObject { ["mapping"] = new JsonArray(From("/lastName", "/other")) };
        var path = sender.Webhook.Path();

        (await client.SendAsync("PATCH", path, mine, ("If-Match", "*"))).Expect(403).ExpectErrors("#/mapping forbidden");
        (await client.SendAsync("POST", $"{path}/rotate-secret")).Expect(403).ExpectErrors("#/mapping forbidden");
        (await client.SendAsync("POST", $"{path}/rotate-secret", new JsonObject { ["secret"] = "a secret of my own choice" })).Expect(422);
        (await client.SendAsync("PATCH", path, new JsonObject { ["status"] = "paused" }, ("If-Match", "*"))).Expect(200);
        (await client.SendAsync("PATCH", path, new JsonObject { ["status"] = "active" }, ("If-Match", "*"))).Expect(200);
        (await sender.SendAsync("1", new JsonObject { ["name"] = "still good" })).Expect(202);

        mine["ownerId"] = user.Id();
        Assert.Equal(user.Id(), (string?)(await client.SendAsync("PATCH", path, mine, ("If-Match", "*"))).Expect(200).Json["ownerId"]);
    }
}
