using Crm.Local.Functions.Startup;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Tests.Functions;

/// <summary>What keeps an app with queues from starting.</summary>
public class ServiceBusRefusalTests
{
    [Theory]
    [InlineData(typeof(Topic), "'Topic'", "no topics")]
    [InlineData(typeof(Sessions), "'Sessions'", "no sessions")]
    [InlineData(typeof(Missing), "'Missing'", "nowhere")]
    [InlineData(typeof(Setting), "'Setting'", "%Absent%")]
    [InlineData(typeof(Elsewhere), "'Elsewhere'", "OtherBus")]
    [InlineData(typeof(NoCollection), "'NoCollection'", "IsBatched")]
    [InlineData(typeof(Retried), "'Retried'", "retry attribute")]
    public async Task Start_WithATriggerTheHostDoesNotRun_IsRefused(Type functions, params string[] expected)
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => BusApp.StartAsync([functions]));
        Assert.All(expected, part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense", "not a connection string")]
    [InlineData("Endpoint=sb://localhost", "not a connection string")]
    [InlineData("Endpoint=sb://crm.servicebus.windows.net;SharedAccessKeyName=a;SharedAccessKey=b", "crm.servicebus.windows.net")]
    public async Task Start_WithASettingThatNamesNoQueuesHere_IsRefused(string setting, string expected)
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => BusApp.StartAsync([], null, null, $"--ServiceBus={setting}"));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "maxConcurrentCalls": 0 }""", "maxConcurrentCalls")]
    [InlineData("""{ "autoCompleteMessages": "yes" }""", "autoCompleteMessages")]
    [InlineData("""{ "maxAutoLockRenewalDuration": "soon" }""", "maxAutoLockRenewalDuration")]
    [InlineData("""{ "minMessageBatchSize": 5 }""", "minMessageBatchSize")]
    public async Task Start_WithAHostJsonThatIsNotValid_IsRefused(string hostJson, string expected)
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => BusApp.StartAsync([], hostJson));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithADamagedFile_NamesIt()
    {
        var folder = Directory.CreateTempSubdirectory("crm-bus-").FullName;
        var file = Directory.CreateDirectory(Path.Combine(folder, "data", "servicebus")).FullName + "/servicebus.db";
        await File.WriteAllTextAsync(file, "not ours");
        await File.WriteAllTextAsync(Path.Combine(folder, "servicebus.json"), BusApp.Declaration);
        Assert.Contains(file, await RefusalAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutADeclaration_NamesIt() =>
        Assert.Contains("servicebus.json", await RefusalAsync(Directory.CreateTempSubdirectory("crm-bus-").FullName), StringComparison.Ordinal);

    private static async Task<string> RefusalAsync(string folder)
    {
        var refused = await Assert.ThrowsAsync<StartException>(() =>
            TestApp.StartAsync<RoutingTests.Text>(options: new() { Folder = folder, Arguments = [$"--ServiceBus={BusApp.Connection}"] }));
        return refused.Message;
    }

    public sealed class Topic
    {
        [Function("Topic")]
        public static void Run([ServiceBusTrigger("topic", "subscription")] string message) => _ = message;
    }

    public sealed class Sessions
    {
        [Function("Sessions")]
        public static void Run([ServiceBusTrigger("work", IsSessionsEnabled = true)] string message) => _ = message;
    }

    public sealed class Missing
    {
        [Function("Missing")]
        public static void Run([ServiceBusTrigger("nowhere")] string message) => _ = message;
    }

    public sealed class Setting
    {
        [Function("Setting")]
        public static void Run([ServiceBusTrigger("%Absent%")] string message) => _ = message;
    }

    public sealed class Elsewhere
    {
        [Function("Elsewhere")]
        public static void Run([ServiceBusTrigger("work", Connection = "OtherBus")] string message) => _ = message;
    }

    public sealed class NoCollection
    {
        [Function("NoCollection")]
        public static void Run([ServiceBusTrigger("work", IsBatched = true)] string message) => _ = message;
    }

    public sealed class Retried
    {
        [Function("Retried"), FixedDelayRetry(3, "00:00:01")]
        public static void Run([ServiceBusTrigger("work")] string message) => _ = message;
    }
}
