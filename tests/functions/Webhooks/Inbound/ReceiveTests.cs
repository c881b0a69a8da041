using System.Text;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Webhooks.Inbound;

/// <summary>Who may send an event, and in what form.</summary>
[Collection(SharedApp.Name)]
public sealed class ReceiveTests(CrmApp app)
{
    private const string OtherSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// <summary>What must not be taken, and must not be stored either.</summary>
    public static TheoryData<string> Ugly =>
    [
        "", " ", "{", "[1,", "nul", "{\"a\":1,\"a\":2}", "{\"a\":\"\\ud800\"}", "{\"a\":1}{", "{\"a\":1e}", new string('[', 40) + new string(']', 40),
        string.Concat(Enumerable.Repeat("{\"a\":", 1000)) + "1" + new string('}', 1000),
    ];

    [Fact]
    public async Task Send_Signed_MakesARecordInTheNameOfTheWebhook()
    {
        var (sender, name) = (await app.LeadSenderAsync(("name", "Form")), CrmApp.Unique("lead"));

        var received = (await sender.SendAsync("msg_1", new JsonObject { ["name"] = name })).Expect(202);
        var settled = await sender.SettledAsync(received.Json.Id());

        Assert.Equal(("processed", "msg_1", 1), ((string?)settled["state"], (string?)settled["senderId"], (int)settled["tries"]!));
        var lead = Assert.Single(await app.LeadsAsync(name));
        Assert.Equal(("leads", lead.Id()), ((string?)settled["record"]!["type"], (string?)settled["record"]!["id"]));
        Assert.Equal($"webhook {sender.Webhook.Id()} Form", $"{lead["createdBy"]!["kind"]} {lead["createdBy"]!["id"]} {lead["createdBy"]!["name"]}");
        Assert.Equal((string?)sender.Webhook["ownerId"], (string?)lead["ownerId"]);
        var change = Assert.Single(await app.DocumentsAsync(lead), document => (string?)document["kind"] == "change");
        Assert.Equal("webhook", (string?)change["source"]);
    }

    [Fact]
    public async Task Send_Forged_IsRefused()
    {
        var sender = await app.LeadSenderAsync();
        var body = Encoding.UTF8.GetBytes("{\"name\":\"forged\"}");
        var good = Sender.Headers("msg", body, TimeProvider.System.GetUtcNow(), OtherSecret);

        foreach (var headers in new (string, string)[][]
        {
            good, [], [good[0], good[1]], [good[0], good[1], ("webhook-signature", "v1,")], [good[0], good[1], ("webhook-signature", "v2,AAAA v1,AAAA")],
            [good[0], good[1], ("webhook-signature", new string('v', 8000))], [("Authorization", "Bearer x")],
        })
            (await app.SendBytesAsync("POST", sender.Path, body, "application/json", headers)).Expect(400, "not-signed");

        Assert.Empty(await sender.EventsAsync());
    }

    [Fact]
    public async Task Send_WithAnythingChangedThatIsSigned_IsRefused()
    {
        var sender = await app.LeadSenderAsync();
        var body = Encoding.UTF8.GetBytes("{\"name\":\"x\"}");
        var (now, secret) = (TimeProvider.System.GetUtcNow(), await RotatedAsync(sender, null));
        var signed = Sender.Headers("msg", body, now, secret);

        (await app.SendBytesAsync("POST", sender.Path, Encoding.UTF8.GetBytes("{\"name\":\"y\"}"), "application/json", signed)).Expect(400, "not-signed");
        (await app.SendBytesAsync("POST", sender.Path, body, "application/json", [("webhook-id", "other"), signed[1], signed[2]])).Expect(400, "not-signed");
        (await app.SendBytesAsync("POST", sender.Path, body, "application/json", [signed[0], ("webhook-timestamp", $"{now.ToUnixTimeSeconds() + 1}"), signed[2]])).Expect(400, "not-signed");
        (await app.SendBytesAsync("POST", sender.Path, body, "application/json", signed)).Expect(202);
    }

    [Fact]
    public async Task Send_ToNothing_IsAnsweredAsAWrongSignatureIs()
    {
        var sender = await app.LeadSenderAsync();
        var (_, other) = await app.NewTenantAsync();
        var theirs = (await other.SendAsync("POST", "/api/v1/inbound-webhooks", new JsonObject { ["target"] = "leads", ["mapping"] = new JsonArray(Senders.From("/lastName", "/name")) })).Expect(201).Json;
        var deleted = await app.LeadSenderAsync();
        (await app.DeleteAsync(deleted.Webhook)).Expect(204);

        var wrong = Without(await sender.SendAsync("msg", new JsonObject(), secret: OtherSecret));
        foreach (var path in new[] { "/hooks/default.none", "/hooks/nobody.none", "/hooks/none", "/hooks/a.b.c", "/hooks/%20.%20", "/hooks/%00", $"/hooks/{new string('x', 2000)}", deleted.Path, (string)theirs["path"]! })
        {
            var answer = await sender.SendAsync("msg", new JsonObject(), path: path);
            if (path != "/hooks/%00")
                Assert.Equal(wrong, Without(answer));
            Assert.InRange((int)answer.Status, 400, 499);
        }

        // What makes the two look alike is the signature alone, not the tenant.
        Assert.Equal(202, (int)(await new Sender(app, theirs).SendAsync("msg", new JsonObject { ["name"] = "x" })).Status);

        static string Without(Answer answer)
        {
            var problem = answer.Json;
            problem.Remove("requestId");
            problem.Remove("instance");
            return $"{answer.Status} {problem.ToJsonString()} {answer.Headers.GetValueOrDefault("WWW-Authenticate")}";
        }
    }

    [Theory]
    [InlineData(-6)]
    [InlineData(6)]
    public async Task Send_SignedAtAnotherTime_IsStale(int minutes)
    {
        var sender = await app.LeadSenderAsync();

        (await sender.SendAsync("msg", new JsonObject { ["name"] = "x" }, TimeProvider.System.GetUtcNow().AddMinutes(minutes))).Expect(400, "stale");
        Assert.Empty(await sender.EventsAsync());
        (await sender.SendAsync("msg", new JsonObject { ["name"] = "x" }, TimeProvider.System.GetUtcNow().AddMinutes(minutes / 2))).Expect(202);
    }

    [Fact]
    public async Task Send_TooMuch_IsRefused()
    {
        var sender = await app.LeadSenderAsync();

        (await sender.SendAsync("msg", new JsonObject { ["name"] = new string('x', 600_000) })).Expect(413, "too-large");
        Assert.Empty(await sender.EventsAsync());
    }

    [Theory, MemberData(nameof(Ugly))]
    public async Task Send_OfWhatIsNoJson_IsRefused(string body)
    {
        var sender = await app.LeadSenderAsync();

        (await sender.SendAsync("msg", Encoding.UTF8.GetBytes(body), "application/json")).Expect(400, "invalid-json");
        Assert.Empty(await sender.EventsAsync());
    }

    [Fact]
    public async Task Send_OfWhatIsNotUtf8_IsRefused()
    {
        var sender = await app.LeadSenderAsync();

        (await sender.SendAsync("msg", [.. "{\"name\":\""u8, 0xff, 0xfe, .. "\"}"u8], "application/json")).Expect(400, "invalid-json");
        (await sender.SendAsync("msg", [.. "name="u8, 0xff], "application/x-www-form-urlencoded")).Expect(400, "invalid-form");
        (await sender.SendAsync("msg", "name=x"u8.ToArray(), "text/plain")).Expect(415, "unsupported-media-type");
        (await sender.SendAsync("msg", "name=x"u8.ToArray(), null)).Expect(415);
        (await sender.SendAsync("msg", Encoding.UTF8.GetBytes(string.Join('&', Enumerable.Range(0, 2000).Select(i => $"f{i}=x"))), "application/x-www-form-urlencoded")).Expect(400, "invalid-form");
    }

    /// <summary>JSON, and nothing that could become a record: kept, so that its sender is asked for nothing twice.</summary>
    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"name\":null}")]
    [InlineData("{\"name\":[[1]]}")]
    [InlineData("{\"name\":\"\\u0000\"}")]
    public async Task Send_OfUnexpectedJson_IsTakenAndEnds(string body)
    {
        var sender = await app.LeadSenderAsync();

        var received = (await sender.SendAsync("msg", Encoding.UTF8.GetBytes(body), "application/json; charset=utf-8")).Expect(202);

        Assert.Contains((string?)(await sender.SettledAsync(received.Json.Id()))["state"], new[] { "failed", "processed" });
    }

    [Fact]
    public async Task Send_WhilePaused_IsPutOff()
    {
        var sender = await app.LeadSenderAsync();
        (await app.PatchAsync(sender.Webhook, new JsonObject { ["status"] = "paused" })).Expect(200);

        var answer = (await sender.SendAsync("msg", new JsonObject { ["name"] = "x" })).Expect(503, "busy");

        Assert.Equal("3600", answer.Headers["Retry-After"]);
        (await sender.SendAsync("msg", new JsonObject(), secret: OtherSecret)).Expect(400, "not-signed");
        Assert.Empty(await sender.EventsAsync());
    }

    [Fact]
    public async Task Secrets_OfARotation_BothHold()
    {
        var sender = await app.LeadSenderAsync();
        var (first, second) = (await RotatedAsync(sender, null), await RotatedAsync(sender, OtherSecret));

        Assert.Equal(OtherSecret, second);
        (await sender.SendAsync("msg_1", new JsonObject { ["name"] = "x" }, secret: first)).Expect(202);
        (await sender.SendAsync("msg_2", new JsonObject { ["name"] = "x" }, secret: second)).Expect(202);
        (await sender.SendAsync("msg_3", new JsonObject { ["name"] = "x" })).Expect(400, "not-signed");
        Assert.DoesNotContain("secret\":", (await app.ReadAsync(sender.Webhook)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("whsec_AAAA")]
    [InlineData("whsec_not base64 at all, and long enough")]
    public async Task Secret_ThatIsNone_IsRefused(string secret)
    {
        var sender = await app.LeadSenderAsync();

        (await app.SendAsync("POST", $"{sender.Webhook.Path()}/rotate-secret", new JsonObject { ["secret"] = secret })).Expect(422).ExpectErrors("#/secret format");
    }

    [Fact]
    public async Task Send_PlainlySigned_IsTakenOnceForABody()
    {
        var name = CrmApp.Unique("lead");
        var sender = await app.LeadSenderAsync(("signature", Senders.Plain()), ("eventId", "X-Event-Id"));
        var body = Encoding.UTF8.GetBytes($$"""{"name":"{{name}}"}""");

        (await sender.SendPlainAsync(body, "application/json", "another secret of the sender")).Expect(400, "not-signed");
        var first = (await sender.SendPlainAsync(body, "application/json", null, ("X-Event-Id", "1"))).Expect(202);
        var resent = (await sender.SendPlainAsync(body, "application/json", null, ("X-Event-Id", "1"))).Expect(202);
        var replayed = (await sender.SendPlainAsync(body, "application/json", null, ("X-Event-Id", "2"))).Expect(202);

        Assert.Equal((first.Json.Id(), first.Json.Id()), (resent.Json.Id(), replayed.Json.Id()));
        Assert.Equal("true", replayed.Headers["Idempotent-Replayed"]);
        await sender.SettledAsync(first.Json.Id());
        Assert.Single(await app.LeadsAsync(name));
    }

    private async Task<string> RotatedAsync(Sender sender, string? given) =>
        (string)(await app.SendAsync("POST", $"{sender.Webhook.Path()}/rotate-secret", given is null ? null : new JsonObject { ["secret"] = given })).Expect(200).Json["secret"]!;
}
