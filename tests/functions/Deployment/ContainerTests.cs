using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Platform.Cosmos;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Cosmos;

namespace Crm.Tests.Deployment;

/// <summary><c>infra/cosmos.json</c> is what the app declares, and the templates make what it says.</summary>
public sealed class ContainerTests
{
    private const string Regenerate = "CRM_REGENERATE";

    private static readonly string File = Path.Combine(Repository.Root, "infra", "cosmos.json");
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly IReadOnlyList<ContainerProperties> Declared = ContainerDeclarations.All(new RecordIndex(new EntityCatalog(EntityCatalog.BuiltIn)).Paths);

    [Fact]
    public void File_IsWhatTheAppDeclares()
    {
        var declared = new JsonObject { ["database"] = new CosmosSettings().Database, ["containers"] = new JsonArray([.. Declared.Select(Describe)]) }.ToJsonString(Json) + "\n";
        if (Environment.GetEnvironmentVariable(Regenerate) is not null)
            System.IO.File.WriteAllText(File, declared);

        Assert.True(
            declared == System.IO.File.ReadAllText(File).ReplaceLineEndings("\n"),
            $"infra/cosmos.json is not what ContainerDeclarations and the catalog declare. Write it anew, and commit it: {Regenerate}=1 dotnet test tests/functions --filter FullyQualifiedName~{nameof(File_IsWhatTheAppDeclares)}");
    }

    [BicepFact]
    public async Task Template_MakesTheDatabaseAndItsContainers()
    {
        var template = await Template.Default.Value;
        var made = template.OfType("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers").Select(container => (JsonObject)container["properties"]!["resource"]!).ToList();

        Assert.Equal(new CosmosSettings().Database, (string?)template.Single("Microsoft.DocumentDB/databaseAccounts/sqlDatabases")["properties"]!["resource"]!["id"]);
        Assert.Equal(Declared.Select(container => container.Id), made.Select(container => (string)container["id"]!));
        Assert.All(Declared.Zip(made), pair => ExpectSame(pair.First, pair.Second));
    }

    /// <summary>A trigger whose container, or whose leases, nobody makes would fail in Azure alone.</summary>
    [Fact]
    public void Containers_OfTriggers_AreDeclared() => Assert.All(
        Triggers.Of("CosmosDBTriggerAttribute"),
        trigger =>
        {
            Assert.Contains(trigger.Argument(1), Declared.Select(container => container.Id));
            Assert.Contains(trigger.Named("LeaseContainerName") ?? "leases", Declared.Select(container => container.Id));
        });

    private static void ExpectSame(ContainerProperties declared, JsonObject made)
    {
        Assert.Equal(declared.PartitionKeyPaths, Texts(made["partitionKey"]!["paths"]));
        Assert.Equal(declared.PartitionKeyPaths.Count > 1 ? "MultiHash" : "Hash", (string?)made["partitionKey"]!["kind"]);
        Assert.Equal(2, (int?)made["partitionKey"]!["version"]);
        Assert.Equal(declared.DefaultTimeToLive, (int?)made["defaultTtl"]);
        var indexing = made["indexingPolicy"]!;
        Assert.Equal(declared.IndexingPolicy.IncludedPaths.Select(path => path.Path), Texts(indexing["includedPaths"], "path"));
        Assert.Equal(declared.IndexingPolicy.ExcludedPaths.Select(path => path.Path), Texts(indexing["excludedPaths"], "path"));
        Assert.Equal("consistent", (string?)indexing["indexingMode"]);
        Assert.True(JsonNode.DeepEquals(Composite(declared), indexing["compositeIndexes"]));
    }

    private static JsonNode Describe(ContainerProperties container) => new JsonObject
    {
        ["name"] = container.Id,
        ["partitionKey"] = new JsonArray([.. container.PartitionKeyPaths]),
        ["defaultTtl"] = container.DefaultTimeToLive,
        ["includedPaths"] = new JsonArray([.. container.IndexingPolicy.IncludedPaths.Select(path => path.Path)]),
        ["excludedPaths"] = new JsonArray([.. container.IndexingPolicy.ExcludedPaths.Select(path => path.Path)]),
        ["compositeIndexes"] = Composite(container),
    };

    private static JsonArray Composite(ContainerProperties container) => new(
    [
        .. container.IndexingPolicy.CompositeIndexes.Select(index => new JsonArray(
            [.. index.Select(path => new JsonObject { ["path"] = path.Path, ["order"] = path.Order == CompositePathSortOrder.Ascending ? "ascending" : "descending" })])),
    ]);

    private static IEnumerable<string> Texts(JsonNode? list, string? member = null) => list!.AsArray().Select(element => (string)(member is null ? element! : element![member]!)!);
}
