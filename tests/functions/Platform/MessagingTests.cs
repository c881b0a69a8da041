using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using Crm.Platform.Messaging;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Tests.Platform;

public sealed class MessagingTests(MessagingTests.DeafApp app) : IClassFixture<MessagingTests.DeafApp>
{
    [Fact]
    public void Queues_AreThoseOfTheDeclaration()
    {
        var declared = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "infra", "servicebus.json")))!;
        var names = declared["UserConfig"]!["Namespaces"]![0]!["Queues"]!.AsArray().Select(queue => (string)queue!["Name"]!);
        Assert.Equal(names.Order(), Queues.All.Order());
    }

    [Fact]
    public async Task Senders_OfEveryQueue_ReachIt()
    {
        var client = app.Services.GetRequiredService<ServiceBusClient>();
        foreach (var queue in Queues.All)
        {
            await app.Services.GetRequiredKeyedService<ServiceBusSender>(queue).SendMessageAsync(new ServiceBusMessage(queue) { TimeToLive = TimeSpan.FromHours(1) });
            Assert.Equal(queue, (await client.CreateReceiver(queue).PeekMessageAsync()).Body.ToString());
        }
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("Endpoint=sb://localhost", "name.servicebus.windows.net")]
    public void Settings_WithNeitherOrBoth_AreRefused(string? connection, string? space)
    {
        using var provider = Provider(connection, space);
        var refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<MessagingSettings>>().Value);
        Assert.Contains("ServiceBus__fullyQualifiedNamespace", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_WithoutAConnectionString_UsesTheIdentity()
    {
        await using var provider = Provider(null, "name.servicebus.windows.net");
        Assert.Equal("name.servicebus.windows.net", provider.GetRequiredService<ServiceBusClient>().FullyQualifiedNamespace);
    }

    private static ServiceProvider Provider(string? connection, string? space)
    {
        var settings = new Dictionary<string, string?> { ["ServiceBus"] = connection, ["ServiceBus:fullyQualifiedNamespace"] = space };
        return new ServiceCollection().AddMessaging(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider();
    }

    /// <summary>Leaves on the queues what is sent to them.</summary>
    public sealed class DeafApp : CrmApp
    {
        protected override IEnumerable<string> Settings => [.. base.Settings, "--AzureWebJobs.DeliverWebhook.Disabled=true", "--AzureWebJobs.ProcessOrder.Disabled=true"];
    }
}
