using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Deployment;

/// <summary><c>infra/servicebus.json</c>, the emulator's own configuration, is the list of queues for emulator, templates and app.</summary>
public sealed class QueueTests
{
    /// <summary>What the tier Basic has not.</summary>
    private static readonly string[] OfStandard = ["RequiresDuplicateDetection", "RequiresSession"];

    private static readonly List<JsonObject> Declared =
    [
        .. JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "infra", "servicebus.json")))!["UserConfig"]!["Namespaces"]![0]!["Queues"]!.AsArray()
            .Select(queue => (JsonObject)queue!),
    ];

    [BicepFact]
    public async Task Template_MakesTheDeclaredQueues() => ExpectDeclared(await Template.Default.Value, property => !OfStandard.Contains(property));

    [BicepFact]
    public async Task Template_OverStandard_MakesThemWhole() => ExpectDeclared(await Template.WithStandardServiceBus.Value, _ => true);

    /// <summary>A trigger on a queue that nobody makes would fail in Azure alone. Every queue has its dead letters.</summary>
    [Fact]
    public void Queues_OfTriggers_AreDeclared() => Assert.All(
        Triggers.Of("ServiceBusTriggerAttribute"),
        trigger => Assert.Contains(trigger.Argument(0).Split("/$deadletterqueue")[0], Declared.Select(queue => (string)queue["Name"]!)));

    private static void ExpectDeclared(Template template, Func<string, bool> known)
    {
        var made = template.OfType("Microsoft.ServiceBus/namespaces/queues").ToDictionary(queue => ((string)queue["name"]!).Split('/')[1], queue => (JsonObject)queue["properties"]!);
        Assert.NotEmpty(Declared);
        Assert.Equal(Declared.Select(queue => (string)queue["Name"]!), made.Keys);
        Assert.All(Declared, queue =>
        {
            var expected = ((JsonObject)queue["Properties"]!)
                .Where(property => known(property.Key))
                .Select(property => $"{JsonNamingPolicy.CamelCase.ConvertName(property.Key)}={property.Value!.ToJsonString()}");
            Assert.Equal(expected.Order(StringComparer.Ordinal), made[(string)queue["Name"]!].Select(property => $"{property.Key}={property.Value!.ToJsonString()}").Order(StringComparer.Ordinal));
        });
    }
}
