using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Webhooks;

/// <summary>Which events a webhook asks for, beside their types.</summary>
public sealed class WantedTests(WebhookApp app) : IClassFixture<WebhookApp>
{
    /// <summary>The record as the event left it decides: not what it has become since, nor what it was before.</summary>
    [Fact]
    public async Task Filter_IsAskedOfTheRecordAsTheEventLeftIt()
    {
        await using var receiver = await Receiver.StartAsync();
        await app.WebhookAsync(receiver, ["widget.*"], new JsonObject { ["filter"] = "colour eq 'red' and weight ge 2" });

        await app.CreateAsync("widgets", ("colour", "blue"), ("weight", 5));
        var record = await app.CreateAsync("widgets", ("colour", "red"), ("weight", 1));
        foreach (var change in new JsonObject[] { new() { ["weight"] = 2 }, new() { ["colour"] = "blue" }, new() { ["colour"] = "red" } })
            record = (await app.PatchAsync(record, change)).Expect(200).Json;
        (await app.DeleteAsync(record)).Expect(204);

        var received = await Eventually.GetAsync(() => Task.FromResult(receiver.Received), received => received.Count >= 3, "3 events arrive");
        Assert.Equal(["00000002", "00000004", "00000005"], received.Select(message => (string?)message.Event["sequence"]));
        Assert.All(received, message => Assert.Equal($"widgets/{record.Id()}", (string?)message.Event["subject"]));
    }

    [Fact]
    public async Task ChangedFields_LeaveOutChangesOfOthers()
    {
        await using var receiver = await Receiver.StartAsync();
        await app.WebhookAsync(receiver, ["widget.updated"], new JsonObject { ["changedFields"] = new JsonArray("colour", "externalIds") });

        var record = await app.CreateAsync("widgets", ("colour", "blue"));
        foreach (var change in new JsonObject[] { new() { ["weight"] = 2 }, new() { ["colour"] = null, ["weight"] = 3 }, new() { ["description"] = "x" }, new() { ["colour"] = "green" } })
            record = (await app.PatchAsync(record, change)).Expect(200).Json;

        var received = await Eventually.GetAsync(() => Task.FromResult(receiver.Received), received => received.Count >= 2, "2 events arrive");
        Assert.Equal(["00000003", "00000005"], received.Select(message => (string?)message.Event["sequence"]));
    }

    /// <summary>That something happens or not would say what is in a field.</summary>
    [Fact]
    public async Task HiddenField_DecidesNothing()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var filtered = await Receiver.StartAsync();
        await using var told = await Receiver.StartAsync();
        var grants = new JsonArray(new JsonObject { ["entity"] = "widgets", ["read"] = "all" }, new JsonObject { ["entity"] = "webhooks", ["create"] = true, ["read"] = "all" });
        var role = await app.NewRoleAsync(grants, null, "manageWebhooks");
        var (_, client) = await app.NewUserAsync(role);
        await WebhookAsync(receiver, new JsonObject { ["changedFields"] = new JsonArray("colour") });
        await WebhookAsync(told, []);
        var blind = await WebhookAsync(filtered, new JsonObject { ["filter"] = "colour eq 'red'" });

        var hiding = new JsonObject { ["fields"] = new JsonArray(new JsonObject { ["entity"] = "widgets", ["field"] = "colour", ["read"] = false, ["write"] = false }) };
        (await app.SendAsync("PATCH", $"/api/v1/roles/{role}", hiding, ("If-Match", "*"))).Expect(200);
        await Eventually.GetAsync(() => client.SendAsync("GET", "/api/v1/widgets?filter=colour eq 'x'"), answer => (int)answer.Status == 400, "the field is hidden");
        var widget = await app.CreateAsync("widgets", ("colour", "red"));
        await app.PatchAsync(widget, new JsonObject { ["colour"] = "green" });

        var deliveries = await Eventually.GetAsync(() => app.DeliveriesAsync(blind), found => found.Count == 2, "the filter that cannot be asked is said");
        Assert.All(deliveries, delivery => Assert.Contains("filter", (string?)delivery["detail"], StringComparison.Ordinal));
        await Eventually.GetAsync(() => Task.FromResult(told.Received), received => received.Count >= 2, "what is not asked for by the field arrives");
        Assert.Empty(receiver.Received);
        Assert.Empty(filtered.Received);
        (await client.SendAsync("POST", "/api/v1/webhooks", new JsonObject { ["url"] = told.Url, ["types"] = new JsonArray("widget.*"), ["filter"] = "colour eq 'red'" }))
            .Expect(422).ExpectErrors("#/filter invalid-filter");

        async Task<JsonObject> WebhookAsync(Receiver to, JsonObject wanting)
        {
            wanting["url"] = to.Url;
            wanting["types"] = new JsonArray("widget.*");
            return (await client.SendAsync("POST", "/api/v1/webhooks", wanting)).Expect(201).Json;
        }
    }

    [Fact]
    public async Task OwnChanges_AreSkippedWhereWanted()
    {
        await using var receiver = await Receiver.StartAsync();
        await app.WebhookAsync(receiver, ["widget.*"], new JsonObject { ["skipOwn"] = true });
        var (_, client) = await app.NewUserAsync("administrator");

        var record = await app.CreateAsync("widgets");
        (await client.SendAsync("PATCH", record.Path(), new JsonObject { ["colour"] = "theirs" }, ("If-Match", "*"))).Expect(200);

        Assert.Equal("00000002", (string?)Assert.Single(await Eventually.GetAsync(() => Task.FromResult(receiver.Received), received => received.Count >= 1, "their change arrives")).Event["sequence"]);
    }
}
