using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Crm.Webhooks;
using Microsoft.Extensions.Options;

namespace Crm.Tests.Webhooks;

/// <summary>Where events may be sent, and who says so.</summary>
[Collection(SharedApp.Name)]
public sealed class EndpointTests(CrmApp app)
{
    /// <summary>Addresses of this machine, its network and its cloud, as they can be written.</summary>
    public static TheoryData<string> Private =>
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "10.1.2.3", "100.64.0.1", "169.254.169.254", "2852039166", "168.63.129.16", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[fe80::1]", "[fc00::1]",
        "[fd12:3456::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]", "[::127.0.0.1]",
    ];

    [Theory, MemberData(nameof(Private))]
    public async Task Connection_ToAPrivateAddress_IsRefused(string host)
    {
        using var client = Client((_, _) => throw new InvalidOperationException("A literal is not looked up."), allowLoopback: false);

        var outcome = await PostAsync(client, $"https://{host}:9/");

        Assert.Equal((null, "The host is not one of the public internet."), (outcome.Status, outcome.Error));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("93.184.215.14", "10.0.0.1")]
    public async Task Connection_ToANameOfAPrivateAddress_IsRefused(params string[] addresses)
    {
        using var client = Client((_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray()), allowLoopback: false);

        Assert.Equal("The host is not one of the public internet.", (await PostAsync(client, "https://hooks.example/")).Error);
    }

    /// <summary>The address that was checked is the one that is connected to: a name is looked up once for a connection.</summary>
    [Fact]
    public async Task Connection_ToANameThatChangesItsAddress_GoesWhereItWasChecked()
    {
        await using var receiver = await Receiver.StartAsync();
        var answers = new Queue<string>(["127.0.0.1", "10.0.0.1"]);
        using var client = Client((_, _) => Task.FromResult(new[] { IPAddress.Parse(answers.Dequeue()) }), allowLoopback: true);

        var first = await PostAsync(client, $"http://hooks.example:{new Uri(receiver.Url).Port}/");

        Assert.Equal((204, 1, 1), (first.Status, answers.Count, receiver.Received.Count));
        Assert.Equal("The host is not one of the public internet.", (await PostAsync(client, "https://hooks.example:9/")).Error);
    }

    [Fact]
    public async Task Connection_WithoutTls_IsForThisMachineAlone()
    {
        using var client = Client((_, _) => Task.FromResult(new[] { IPAddress.Parse("93.184.215.14") }), allowLoopback: true);

        Assert.Equal("The address is not https.", (await PostAsync(client, "http://hooks.example/")).Error);
    }

    [Fact]
    public async Task Connection_ToThisMachine_NeedsTheSetting()
    {
        await using var receiver = await Receiver.StartAsync();
        using var client = Client((_, _) => Task.FromResult(new[] { IPAddress.Loopback }), allowLoopback: false);

        Assert.Null((await PostAsync(client, receiver.Url)).Status);
        Assert.Empty(receiver.Received);
    }

    [Theory]
    [InlineData("http://hooks.example.com/", "not-https")]
    [InlineData("https://10.0.0.1/", "not-public")]
    [InlineData("https://[fd00::1]/", "not-public")]
    [InlineData("https://2852039166/", "not-public")]
    [InlineData("https://user:password@hooks.example.com/", "format")]
    [InlineData("https://hooks.example.com/#part", "format")]
    public async Task Webhook_ToSuchAnAddress_IsRefused(string url, string code) =>
        (await app.PostAsync("webhooks", new JsonObject { ["url"] = url, ["types"] = new JsonArray("*") })).Expect(422).ExpectErrors($"#/url {code}");

    [Theory]
    [InlineData("contact")]
    [InlineData("nothing.created")]
    [InlineData("tenant.updated")]
    [InlineData("contact.Created")]
    [InlineData("*.created")]
    public async Task Webhook_OfSuchAType_IsRefused(string type) =>
        (await app.PostAsync("webhooks", new JsonObject { ["url"] = "https://hooks.example.com/", ["types"] = new JsonArray(type) })).Expect(422).ExpectErrors("#/types/0 no-such-type");

    [Theory]
    [InlineData("""{ "types": ["widget.*"], "filter": "colour eq 'red' and weight gt 1", "changedFields": ["colour", "weight"] }""")]
    [InlineData("""{ "types": ["stock.low", "stock-item.updated"], "filter": "warehouse eq 'main'" }""")]
    [InlineData("""{ "types": ["*"], "changedFields": ["ownerId"] }""")]
    public async Task Webhook_ThatWantsLess_IsTaken(string body) =>
        Assert.Equal(201, (int)(await app.PostAsync("webhooks", Wanting(body))).Status);

    [Theory]
    [InlineData("""{ "types": ["widget.*"], "filter": "shape eq 'round'" }""", "#/filter invalid-filter")]
    [InlineData("""{ "types": ["widget.*"], "filter": "colour eq" }""", "#/filter invalid-filter")]
    [InlineData("""{ "types": ["widget.*"], "filter": "" }""", "#/filter invalid-filter")]
    [InlineData("""{ "types": ["widget.*", "contact.*"], "filter": "name eq 'x'" }""", "#/filter not-allowed")]
    [InlineData("""{ "types": ["*"], "filter": "name eq 'x'" }""", "#/filter not-allowed")]
    [InlineData("""{ "types": ["widget.*"], "changedFields": ["colour", "lastName"] }""", "#/changedFields/1 no-such-field")]
    [InlineData("""{ "types": ["widget.*"], "changedFields": ["updatedAt"] }""", "#/changedFields/0 no-such-field")]
    public async Task Webhook_ThatWantsWhatIsNotThere_IsRefused(string body, string error) =>
        (await app.PostAsync("webhooks", Wanting(body))).Expect(422).ExpectErrors(error);

    private static JsonObject Wanting(string body)
    {
        var webhook = (JsonObject)JsonNode.Parse(body)!;
        webhook["url"] = "https://hooks.example.com/";
        return webhook;
    }

    /// <summary>Who manages webhooks and reads little must not get what an administrator reads.</summary>
    [Fact]
    public async Task Webhook_OfSomebodyElse_CanBeTakenOverAndNotTurned()
    {
        var webhook = await app.CreateAsync("webhooks");
        var grants = new JsonArray(new JsonObject { ["entity"] = "webhooks", ["create"] = true, ["read"] = "all", ["update"] = "all" }, new JsonObject { ["entity"] = "users", ["read"] = "all" });
        var (user, client) = await app.NewUserAsync(await app.NewRoleAsync(grants, null, "manageWebhooks"));
        var mine = new JsonObject { ["url"] = "https://elsewhere.example.com/" };

        (await client.SendAsync("PATCH", webhook.Path(), mine, ("If-Match", "*"))).Expect(403).ExpectErrors("#/url forbidden");
        (await client.SendAsync("POST", "/api/v1/webhooks", new JsonObject { ["url"] = "https://elsewhere.example.com/", ["types"] = new JsonArray("*"), ["ownerId"] = webhook["ownerId"]!.DeepClone() }))
            .Expect(403).ExpectErrors("#/url forbidden", "#/ownerId forbidden");
        mine["ownerId"] = user["id"]!.DeepClone();
        Assert.Equal(user.Id(), (string?)(await client.SendAsync("PATCH", webhook.Path(), mine, ("If-Match", "*"))).Expect(200).Json["ownerId"]);
    }

    [Fact]
    public async Task Webhook_WithoutTheSpecialRight_IsRefused()
    {
        var grants = new JsonArray(new JsonObject { ["entity"] = "webhooks", ["create"] = true, ["read"] = "all", ["update"] = "all" });
        using var client = await app.ClientForAsync(await app.NewRoleAsync(grants));
        var webhook = await app.CreateAsync("webhooks");

        (await client.SendAsync("POST", "/api/v1/webhooks", await app.SampleAsync("webhooks"))).Expect(403, "forbidden");
        (await client.SendAsync("POST", $"{webhook.Path()}/rotate-secret")).Expect(403, "forbidden");
        (await client.SendAsync("POST", $"{webhook.Path()}/ping")).Expect(403, "forbidden");
    }

    [Fact]
    public async Task Replay_OfNothing_Is404()
    {
        var webhook = await app.CreateAsync("webhooks");
        foreach (var id in new[] { "none", "none.none", $"{webhook.Id()}.none", "a.b.c", "%20.x" })
            Assert.True((int)(await app.SendAsync("POST", $"/api/v1/webhook-deliveries/{id}/replay")).Status is 404 or 400);
    }

    private static EndpointClient Client(ResolveHost resolve, bool allowLoopback)
    {
        var settings = Options.Create(new WebhookSettings { AllowLoopback = allowLoopback, TimeoutSeconds = 5 });
        return new EndpointClient(new EndpointGuard(resolve, settings), settings, TimeProvider.System);
    }

    private static Task<PostOutcome> PostAsync(EndpointClient client, string url) =>
        client.PostAsync(new Uri(url), "evt_1", "{}"u8.ToArray(), ["whsec_AAAA"], CancellationToken.None);
}
