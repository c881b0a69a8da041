using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using static Crm.Tests.Webhooks.Inbound.Senders;

namespace Crm.Tests.Webhooks.Inbound;

/// <summary>What is kept of events, and how they are taken up again.</summary>
[Collection(SharedApp.Name)]
public sealed class EventTests(CrmApp app)
{
    [Fact]
    public async Task Event_SentAgain_MakesOneRecord()
    {
        var (sender, name) = (await app.LeadSenderAsync(), CrmApp.Unique("lead"));

        var first = (await sender.SendAsync("1", new JsonObject { ["name"] = name })).Expect(202);
        await sender.SettledAsync(first.Json.Id());
        var second = (await sender.SendAsync("1", new JsonObject { ["name"] = name })).Expect(202);

        Assert.Equal((first.Json.Id(), "true"), (second.Json.Id(), second.Headers["Idempotent-Replayed"]));
        Assert.Single(await sender.EventsAsync());
        Assert.Single(await app.LeadsAsync(name));
    }

    [Fact]
    public async Task Event_SentManyTimesAtOnce_MakesOneRecord()
    {
        var (sender, name) = (await app.LeadSenderAsync(), CrmApp.Unique("lead"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => sender.SendAsync("1", new JsonObject { ["name"] = name })));

        Assert.All(answers, answer => answer.Expect(202));
        await sender.SettledAsync(Assert.Single(answers.Select(answer => answer.Json.Id()).Distinct()));
        Assert.Single(await app.LeadsAsync(name));
    }

    [Fact]
    public async Task Events_ThatFailed_AreListed_AndWrittenOnceTheMappingIsMended()
    {
        var (sender, name) = (await app.LeadSenderAsync(), CrmApp.Unique("lead"));
        var good = await sender.DeliverAsync("good", new JsonObject { ["name"] = name });
        for (var i = 0; i < 3; i++)
            await sender.DeliverAsync($"bad {i}", new JsonObject { ["fullName"] = $"{name} {i}" });

        var failed = await sender.EventsAsync("?state=failed");
        Assert.Equal(["bad 2", "bad 1", "bad 0"], failed.Select(received => (string?)received["senderId"]));
        Assert.All(failed, received => Assert.Equal("#/lastName required", $"{received["errors"]![0]!["pointer"]} {received["errors"]![0]!["code"]}"));
        Assert.All(failed, received => Assert.False(received.ContainsKey("body")));
        var kept = (await app.SendAsync("GET", $"{sender.Webhook.Path()}/events/{failed[0].Id()}")).Expect(200).Json;
        Assert.Equal($"{name} 2", (string?)kept["body"]!["fullName"]);

        (await app.PatchAsync(sender.Webhook, new JsonObject { ["mapping"] = new JsonArray(From("/lastName", "/name"), From("/lastName", "/fullName")) })).Expect(200);
        (await app.SendAsync("POST", $"{sender.Webhook.Path()}/events/{failed[0].Id()}/replay")).Expect(202);
        Assert.Equal("processed", (string?)(await sender.SettledAsync(failed[0].Id()))["state"]);
        Assert.Equal((2, false), Count((await app.SendAsync("POST", $"{sender.Webhook.Path()}/replay-failed")).Expect(202)));
        foreach (var received in failed)
            Assert.Equal("processed", (string?)(await sender.SettledAsync(received.Id()))["state"]);

        Assert.Single(await app.LeadsAsync($"{name} 0"));
        Assert.Empty(await sender.EventsAsync("?state=failed"));
        Assert.Equal((0, false), Count((await app.SendAsync("POST", $"{sender.Webhook.Path()}/replay-failed")).Expect(202)));
        (await app.SendAsync("POST", $"{sender.Webhook.Path()}/events/{good.Id()}/replay")).Expect(409, "invalid-state");

        static (int, bool) Count(Answer answer) => ((int)answer.Json["count"]!, (bool)answer.Json["more"]!);
    }

    [Fact]
    public async Task Events_AreListedPageByPage()
    {
        var sender = await app.LeadSenderAsync();
        for (var i = 0; i < 5; i++)
            (await sender.SendAsync($"{i}", new JsonObject { ["name"] = "x" })).Expect(202);

        var (seen, next) = (new List<string?>(), $"{sender.Webhook.Path()}/events?maxpagesize=2");
        for (; next is not null; Assert.True(seen.Count <= 5))
        {
            var page = (await app.SendAsync("GET", next)).Expect(200);
            seen.AddRange(page.Json["value"]!.AsArray().Select(received => (string?)received!["senderId"]));
            next = (string?)page.Json["nextLink"];
            Assert.Equal(next is null ? null : $"<{next}>; rel=\"next\"", page.Headers.GetValueOrDefault("Link"));
        }

        Assert.Equal(["4", "3", "2", "1", "0"], seen);
        (await app.SendAsync("GET", $"{sender.Webhook.Path()}/events?state=lost")).Expect(400, "invalid-value");
        (await app.SendAsync("GET", $"{sender.Webhook.Path()}/events?cursor=none")).Expect(400, "invalid-cursor");
    }

    [Fact]
    public async Task Replay_OfNothing_Is404()
    {
        var (one, other) = (await app.LeadSenderAsync(), await app.LeadSenderAsync());
        var received = (await one.SendAsync("1", new JsonObject())).Expect(202).Json.Id();

        foreach (var path in new[] { $"{other.Webhook.Path()}/events/{received}", $"{one.Webhook.Path()}/events/none", $"/api/v1/inbound-webhooks/none/events/{received}" })
        {
            (await app.SendAsync("GET", path)).Expect(404, "not-found");
            (await app.SendAsync("POST", $"{path}/replay")).Expect(404, "not-found");
        }
    }
}
