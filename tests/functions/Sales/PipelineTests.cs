using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using static Crm.Tests.Sales.Selling;

namespace Crm.Tests.Sales;

/// <summary>Pipelines can be won and lost, and their stages keep their ids.</summary>
[Collection(SharedApp.Name)]
public sealed class PipelineTests(CrmApp app)
{
    [Fact]
    public async Task Default_HasTheStagesOfANewTenant() => Assert.Equal(
        ["Prospecting 10 pipeline open", "Qualification 20 pipeline open", "Proposal 50 bestCase open", "Negotiation 80 commit open", "Closed Won 100 closed won", "Closed Lost 0 omitted lost"],
        (await app.DefaultPipelineAsync())["stages"]!.AsArray().Select(stage => $"{stage!["name"]} {stage["probability"]} {stage["forecastCategory"]} {stage["type"]}"));

    [Fact]
    public async Task Create_WithoutAWonOrALostStage_IsRefused()
    {
        (await CreateAsync(Stage("Open", 1, "open", 50))).Expect(422).ExpectErrors("#/stages won-stage", "#/stages lost-stage");
        (await CreateAsync(Stage("Won", 1, "won", 99), Stage("Lost", 2, "lost", 1))).Expect(422).ExpectErrors("#/stages won-stage", "#/stages lost-stage");
        (await CreateAsync(Stage("Won", 1, "won", 100))).Expect(422).ExpectErrors("#/stages lost-stage");
        (await CreateAsync()).Expect(422);
        (await CreateAsync(Stage("Won", 1, "won", 100), Stage("Lost", 2, "lost", 0))).Expect(201);
    }

    [Fact]
    public async Task Create_WithARequiredFieldThatIsNone_IsRefused() =>
        (await CreateAsync(Stage("Open", 1, "open", 50, "nextStep", "shoeSize"), Stage("Won", 2, "won", 100), Stage("Lost", 3, "lost", 0)))
            .Expect(400).ExpectErrors("#/stages/0/requiredFields unknown-field");

    [Fact]
    public async Task Create_OfStageIdsByTheClient_IsRefused()
    {
        var stage = Stage("Won", 1, "won", 100);
        stage["id"] = "mine";

        (await CreateAsync(stage, Stage("Lost", 2, "lost", 0))).Expect(422).ExpectErrors("#/stages/0/id read-only");
    }

    [Fact]
    public async Task StageIds_StayWhenStagesAreRenamedMovedAndAdded()
    {
        var pipeline = await app.CreateAsync("pipelines");
        var ids = Ids(pipeline);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        var stages = (JsonArray)pipeline["stages"]!.DeepClone();
        var first = stages[0]!;
        stages.RemoveAt(0);
        first["name"] = "Renamed";
        stages.Add(first);
        stages.Insert(0, Stage("Added", 0, "open", 5));
        var changed = await app.ChangeAsync(pipeline, ("stages", stages));

        Assert.Equal([ids[1], ids[2], ids[3], ids[0]], Ids(changed).Skip(1));
        Assert.DoesNotContain(Ids(changed)[0], ids);
        Assert.Equal("Renamed", changed["stages"]![4]!.Text("name"));
        Assert.Equal(Ids(changed), Ids((await app.ReplaceAsync(changed, changed)).Expect(200).Json));
    }

    [Fact]
    public async Task Delete_OfAPipelineWithOpportunities_IsRefused()
    {
        var pipeline = await app.CreateAsync("pipelines");
        var sale = await app.OpenAsync(("pipelineId", pipeline.Id()));

        Assert.Contains(sale.Id(), (await app.DeleteAsync(pipeline)).Expect(409, "in-use").Json.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_OfTheTenantsDefaultPipeline_IsRefused() =>
        (await app.DeleteAsync(await app.DefaultPipelineAsync())).Expect(409, "in-use");

    private Task<Answer> CreateAsync(params JsonObject[] stages) =>
        app.PostAsync("pipelines", new JsonObject { ["name"] = CrmApp.Unique("pipeline"), ["stages"] = new JsonArray([.. stages]) });

    private static List<string> Ids(JsonObject pipeline) => [.. pipeline["stages"]!.AsArray().Select(stage => stage!.Id())];
}
