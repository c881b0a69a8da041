using System.Net;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Campaigns;

[Collection(SharedApp.Name)]
public sealed class CampaignTests(CrmApp app)
{
    private static readonly string[] Effect =
        ["audience", "skipped", "sent", "delivered", "opened", "clicked", "hardBounced", "softBounced", "complained", "unsubscribed", "leads", "opportunities", "wonRevenue"];

    [Fact]
    public async Task Create_IsADraftWithoutEffect()
    {
        var campaign = await app.CreateAsync("campaigns");

        Assert.Equal("draft", (string?)campaign["status"]);
        Assert.All(Effect, counter => Assert.Equal(0, (int)campaign[counter]!));
        Assert.Equal(-1m, (decimal)campaign["roi"]!);
    }

    [Theory]
    [InlineData("endAt", "2026-03-31T23:59:59Z", "#/endAt min")]
    [InlineData("consentPurpose", null, "#/consentPurpose required")]
    [InlineData("consentPurpose", " ", "#/consentPurpose required")]
    [InlineData("status", "scheduled", "#/status read-only")]
    [InlineData("sent", 5, "#/sent read-only")]
    [InlineData("throttlePerMinute", 0, "#/throttlePerMinute min")]
    public async Task Create_WithAFieldAgainstTheRules_NamesIt(string field, object? value, string error)
    {
        var body = await app.SampleAsync("campaigns");
        body[field] = value is null ? null : value is int number ? JsonValue.Create(number) : JsonValue.Create((string)value);

        var refused = await app.SendAsync("POST", "/api/v1/campaigns", body);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, error), (refused.Status, Assert.Single(refused.Errors)));
    }

    [Fact]
    public async Task Create_OfATransactionalCampaign_NeedsNoConsentPurpose() =>
        await app.CreateAsync("campaigns", ("campaignType", "transactional"), ("consentPurpose", null));

    [Fact]
    public async Task Create_WithoutSegments_IsRefused()
    {
        var body = await app.SampleAsync("campaigns");
        body["segmentIds"] = new JsonArray();

        Assert.Equal(["#/segmentIds min-length"], (await app.SendAsync("POST", "/api/v1/campaigns", body)).Errors);
    }

    [Fact]
    public async Task Create_ThatExcludesItsOwnSegment_IsRefused()
    {
        var body = await app.SampleAsync("campaigns");
        body["excludeSegmentIds"] = body["segmentIds"]!.DeepClone();

        Assert.Equal(["#/excludeSegmentIds/0 not-allowed"], (await app.SendAsync("POST", "/api/v1/campaigns", body)).Errors);
    }

    [Fact]
    public async Task Update_KeepsTheIdsOfItsMessages()
    {
        var campaign = await app.CreateAsync("campaigns");
        var first = campaign["messages"]![0]!;
        var messages = new JsonArray(new JsonObject { ["templateId"] = first["templateId"]!.DeepClone() }, new JsonObject { ["id"] = first["id"]!.DeepClone(), ["templateId"] = first["templateId"]!.DeepClone() });

        var patched = await app.SendAsync("PATCH", $"/api/v1/campaigns/{campaign["id"]}", new JsonObject { ["messages"] = messages }, ("If-Match", "*"));

        Assert.Equal((string?)first["id"], (string?)patched.Json["messages"]![1]!["id"]);
        Assert.NotEqual((string?)first["id"], (string?)patched.Json["messages"]![0]!["id"]);
        Assert.NotEmpty((string)patched.Json["messages"]![0]!["id"]!);
    }

    [Fact]
    public async Task Delete_OfWhatACampaignUses_Returns409()
    {
        var campaign = await app.CreateAsync("campaigns");

        foreach (var used in new[] { $"segments/{campaign["segmentIds"]![0]}", $"segments/{campaign["excludeSegmentIds"]![0]}", $"email-templates/{campaign["messages"]![0]!["templateId"]}" })
            Assert.Equal("in-use", (await app.SendAsync("DELETE", $"/api/v1/{used}", null, ("If-Match", "*"))).Code);
    }

    [Theory]
    [InlineData("draft", "scheduled", "launch")]
    [InlineData("scheduled", "draft", "unschedule")]
    [InlineData("scheduled", "sending", "start")]
    [InlineData("sending", "paused", "pause")]
    [InlineData("paused", "sending", "resume")]
    [InlineData("sending", "completed", "complete")]
    [InlineData("paused", "cancelled", "cancel")]
    [InlineData("sending", "failed", "fail")]
    public void Status_MovesByItsActionAlone(string from, string to, string action)
    {
        var moves = States();

        Assert.True(moves.Allows(from, to, action));
        Assert.False(moves.Allows(from, to, null));
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("cancelled")]
    [InlineData("failed")]
    public void Status_AtAnEnd_StaysThere(string end)
    {
        Assert.Empty(States().From(end));
        Assert.Empty(States().ActionsFrom(end));
    }

    private StateMachine States() => app.Catalog.Of<Campaign>().Fields["status"].States!;
}
