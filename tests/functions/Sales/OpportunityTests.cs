using System.Text.Json.Nodes;
using Crm.Access;
using Crm.Tests.Fixtures;
using static Crm.Tests.Sales.Selling;

namespace Crm.Tests.Sales;

/// <summary>What an opportunity takes from its pipeline, and how it moves through it.</summary>
[Collection(SharedApp.Name)]
public sealed class OpportunityTests(CrmApp app)
{
    [Fact]
    public async Task Create_WithANameOnly_StartsInTheDefaultPipeline()
    {
        var pipeline = await app.DefaultPipelineAsync();
        var sale = await app.OpenAsync();

        Assert.Equal(
            (pipeline.Id(), pipeline.Stage("Prospecting"), "open", "10", "pipeline", "false", "0", FirstTenant.AdminId),
            (sale.Text("pipelineId"), sale.Text("stageId"), sale.Text("stageType"), sale.Text("probability"), sale.Text("forecastCategory"), sale.Text("probabilityOverridden"), sale.Text("amount"), sale.Text("ownerId")));
        Assert.Equal(sale.Text("createdAt"), sale.Text("stageEnteredAt"));
        Assert.Empty(sale["stageHistory"]!.AsArray());
    }

    [Fact]
    public async Task Move_BetweenOpenStages_TakesTheirProbabilityAndWritesDownTheMove()
    {
        var pipeline = await app.DefaultPipelineAsync();
        var sale = await app.OpenAsync(("amount", 1000));
        var moved = await app.ChangeAsync(sale, ("stageId", pipeline.Stage("Negotiation")));
        var back = await app.ChangeAsync(moved, ("stageId", pipeline.Stage("Qualification")));

        Assert.Equal(("80", "commit", "800"), (moved.Text("probability"), moved.Text("forecastCategory"), moved.Text("weightedAmount")));
        Assert.Equal(("20", "pipeline", "200"), (back.Text("probability"), back.Text("forecastCategory"), back.Text("weightedAmount")));
        Assert.Equal(
            [(sale.Text("stageId"), moved.Text("stageId")), (moved.Text("stageId"), back.Text("stageId"))],
            back["stageHistory"]!.AsArray().Select(move => (move!.Text("from"), move!.Text("to"))));
        var first = back["stageHistory"]![0]!;
        Assert.Equal((moved.Text("updatedAt"), FirstTenant.AdminId), (first.Text("at"), first["by"]!.Text("id")));
        Assert.Equal((long)(first["at"].Time() - sale["stageEnteredAt"].Time()).TotalSeconds, first["durationSeconds"]!.GetValue<long>());
        Assert.Equal(back.Text("updatedAt"), back.Text("stageEnteredAt"));
    }

    [Fact]
    public async Task Probability_SetByHand_StaysOverMovesAndIsForcedAtClose()
    {
        var pipeline = await app.DefaultPipelineAsync();
        var sale = await app.ChangeAsync(await app.OpenAsync(("amount", 1000), ("closeDate", "2026-12-31")), ("probability", 33));
        Assert.Equal(("33", "true", "330"), (sale.Text("probability"), sale.Text("probabilityOverridden"), sale.Text("weightedAmount")));

        sale = await app.ChangeAsync(sale, ("stageId", pipeline.Stage("Proposal")));
        Assert.Equal(("33", "true"), (sale.Text("probability"), sale.Text("probabilityOverridden")));

        sale = await app.ChangeAsync(sale, ("stageId", pipeline.Stage("Closed Won")));
        Assert.Equal(("100", "false", "1000"), (sale.Text("probability"), sale.Text("probabilityOverridden"), sale.Text("weightedAmount")));
        Assert.Equal("100", (await app.ChangeAsync(sale, ("probability", 50), ("description", "x"))).Text("probability"));
    }

    [Fact]
    public async Task Probability_SetToNull_IsTheStagesAgain()
    {
        var sale = await app.OpenAsync(("probability", 77));
        Assert.Equal("true", sale.Text("probabilityOverridden"));

        sale = await app.ChangeAsync(sale, ("probability", null));
        Assert.Equal(("10", "false"), (sale.Text("probability"), sale.Text("probabilityOverridden")));
    }

    [Theory]
    [InlineData("Closed Won", "won", "wonAt", "lostAt")]
    [InlineData("Closed Lost", "lost", "lostAt", "wonAt")]
    public async Task Close_NeedsACloseDateAndIsWrittenDown(string stage, string type, string at, string not)
    {
        var stageId = (await app.DefaultPipelineAsync()).Stage(stage);
        var sale = await app.OpenAsync();
        (await app.PatchAsync(sale, Patch(("stageId", stageId)))).Expect(422).ExpectErrors("#/closeDate required");

        var closed = await app.ChangeAsync(sale, ("stageId", stageId), ("closeDate", "2026-12-31"));
        Assert.Equal((type, closed.Text("updatedAt"), closed.Text("updatedAt")), (closed.Text("stageType"), closed.Text(at), closed.Text("closedAt")));
        Assert.False(closed.ContainsKey(not));
        (await app.PatchAsync(closed, Patch(("closeDate", null)))).Expect(422).ExpectErrors("#/closeDate required");
        var events = (await app.DocumentsAsync(sale)).Single(document => document.Id() == "change:2")["events"]!.AsArray().Select(name => name!.GetValue<string>());
        Assert.Equal(["opportunity.updated", "opportunity.stage_changed", $"opportunity.{type}"], events);
    }

    [Fact]
    public async Task Closed_ToOpenOrToTheOtherEnd_IsRefusedButForReopen()
    {
        var pipeline = await app.DefaultPipelineAsync();
        var won = await app.OpenAsync(("stageId", pipeline.Stage("Closed Won")), ("closeDate", "2026-12-31"));
        foreach (var stage in new[] { "Prospecting", "Closed Lost" })
        {
            var refused = (await app.PatchAsync(won, Patch(("stageId", pipeline.Stage(stage))))).Expect(409, "invalid-transition");
            Assert.Equal("""["reopen"]""", refused.Json["actions"]!.ToJsonString());
            Assert.Empty(refused.Json["allowed"]!.AsArray());
        }
    }

    [Fact]
    public async Task Reopen_ReturnsToTheLastOpenStage_AndIsIdempotent()
    {
        var pipeline = await app.DefaultPipelineAsync();
        var sale = await app.ChangeAsync(await app.OpenAsync(("amount", 100), ("closeDate", "2026-12-31")), ("stageId", pipeline.Stage("Proposal")));
        sale = await app.ChangeAsync(sale, ("stageId", pipeline.Stage("Closed Lost")), ("lostReason", "price"));
        var open = (await app.ReopenAsync(sale)).Expect(200);

        Assert.Equal((pipeline.Stage("Proposal"), "open", "50", "bestCase", "50"), (open.Json.Text("stageId"), open.Json.Text("stageType"), open.Json.Text("probability"), open.Json.Text("forecastCategory"), open.Json.Text("weightedAmount")));
        Assert.All(["wonAt", "lostAt", "closedAt", "lostReason"], field => Assert.False(open.Json.ContainsKey(field)));
        Assert.Equal(open.Text, (await app.ReopenAsync(sale)).Expect(200).Text);
        Assert.Contains("opportunity.reopened", (await app.DocumentsAsync(sale)).Single(document => document.Id() == "change:4")["events"]!.AsArray().Select(name => name!.GetValue<string>()));
        (await app.ReopenAsync(sale, sale.IfMatch())).Expect(412, "stale");
        (await app.SendAsync("POST", $"/api/v1/opportunities/{Guid.NewGuid()}/reopen")).Expect(404, "not-found");
    }

    [Fact]
    public async Task Reopen_AfterMovesAmongClosedStagesOrOfAStageThatIsGone_FindsAnOpenOne()
    {
        var pipeline = await app.CreateAsync("pipelines", ("stages", new JsonArray(
            Stage("First", 1, "open", 10), Stage("Second", 2, "open", 20), Stage("Won", 3, "won", 100), Stage("Won twice", 4, "won", 100), Stage("Lost", 5, "lost", 0))));
        var sale = await app.OpenAsync(("pipelineId", pipeline.Id()), ("stageId", pipeline.Stage("Second")), ("closeDate", "2026-12-31"));
        foreach (var stage in new[] { "Won", "Won twice" })
            sale = await app.ChangeAsync(sale, ("stageId", pipeline.Stage(stage)));
        sale = (await app.ReopenAsync(sale)).Expect(200).Json;
        Assert.Equal(pipeline.Stage("Second"), sale.Text("stageId"));

        sale = await app.ChangeAsync(sale, ("stageId", pipeline.Stage("Won")));
        pipeline["stages"]!.AsArray().RemoveAt(1);
        (await app.ReplaceAsync(pipeline, pipeline)).Expect(200);
        Assert.Equal(pipeline.Stage("First"), (await app.ReopenAsync(sale)).Expect(200).Json.Text("stageId"));
    }

    [Fact]
    public async Task Stage_ThatIsUnknownOrOfAnotherPipeline_IsRefused()
    {
        var other = await app.CreateAsync("pipelines");
        foreach (var stage in new[] { "nowhere", other.Stage("Due") })
        {
            (await app.PostAsync("opportunities", Opportunity(("stageId", stage)))).Expect(422).ExpectErrors("#/stageId unknown-stage");
            (await app.PatchAsync(await app.OpenAsync(), Patch(("stageId", stage)))).Expect(422).ExpectErrors("#/stageId unknown-stage");
        }

        var sale = await app.ChangeAsync(await app.OpenAsync(), ("pipelineId", other.Id()));
        Assert.Equal((other.Stage("Due"), "60"), (sale.Text("stageId"), sale.Text("probability")));
    }

    [Fact]
    public async Task StageWithRequiredFields_IsEnteredAndHeldWithThemOnly()
    {
        var pipeline = await app.CreateAsync("pipelines", ("stages", new JsonArray(
            Stage("First", 1, "open", 10), Stage("Offer", 2, "open", 20, "nextStep", "lines"), Stage("Won", 3, "won", 100), Stage("Lost", 4, "lost", 0))));
        var sale = await app.OpenAsync(("pipelineId", pipeline.Id()));
        (await app.PatchAsync(sale, Patch(("stageId", pipeline.Stage("Offer"))))).Expect(422).ExpectErrors("#/nextStep required", "#/lines required");

        var lines = Lines(Line(await app.CreateAsync("products"), 1));
        sale = await app.ChangeAsync(sale, ("stageId", pipeline.Stage("Offer")), ("nextStep", "call"), ("lines", lines));
        (await app.PatchAsync(sale, Patch(("nextStep", null)))).Expect(422).ExpectErrors("#/nextStep required");
        (await app.PatchAsync(sale, Patch(("lines", null)))).Expect(422).ExpectErrors("#/lines required");
        await app.ChangeAsync(sale, ("nextStep", "write"));
    }

    [Fact]
    public async Task Contacts_HaveAtMostOnePrimaryAndNobodyTwice()
    {
        var (one, two) = (await app.CreateAsync("contacts"), await app.CreateAsync("contacts"));
        JsonObject Of(JsonObject contact) => new() { ["contactId"] = contact.Id(), ["isPrimary"] = true };

        (await app.PostAsync("opportunities", Opportunity(("contacts", new JsonArray(Of(one), Of(two)))))).Expect(422).ExpectErrors("#/contacts one-primary");
        (await app.PostAsync("opportunities", Opportunity(("contacts", new JsonArray(Of(one), Of(one)))))).Expect(422).ExpectErrors("#/contacts/1/contactId duplicate-element");
    }
}
