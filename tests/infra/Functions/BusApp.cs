using System.Threading.Channels;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Crm.Local.Tests.Functions;

/// <summary>An app with queues, <c>work</c> (three deliveries) and <c>other</c>, and what its functions saw.</summary>
internal sealed class BusApp : IAsyncDisposable
{
    public const string Connection = "Endpoint=sb://localhost;SharedAccessKeyName=test;SharedAccessKey=c2VjcmV0";

    public const string Declaration = """
        {"UserConfig":{"Namespaces":[{"Name":"sbemulatorns","Queues":[
          {"Name":"work","Properties":{"LockDuration":"PT30S","MaxDeliveryCount":3,"DefaultMessageTimeToLive":"P1D","DeadLetteringOnMessageExpiration":true}},
          {"Name":"other","Properties":{}}]}]}}
        """;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private BusApp(TestApp app) => App = app;

    public TestApp App { get; }

    public Seen Seen => App.Host.Services.GetRequiredService<Seen>();

    public ServiceBusClient Client => App.Host.Services.GetRequiredService<ServiceBusClient>();

    public ServiceBusSender Sender => Client.CreateSender("work");

    public static Task<BusApp> StartAsync<T>(string? hostJson = null, FakeTimeProvider? clock = null, params string[] arguments) => StartAsync([typeof(T)], hostJson, clock, arguments);

    public static async Task<BusApp> StartAsync(Type[] functions, string? hostJson = null, FakeTimeProvider? clock = null, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("crm-bus-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "servicebus.json"), Declaration);
        return new BusApp(await TestApp.StartAsync([typeof(RoutingTests.Text), .. functions], builder => Configure(builder, clock), new()
        {
            Folder = folder,
            HostJson = $$"""{ "version": "2.0", "extensions": { "http": { "routePrefix": "" }, "serviceBus": {{hostJson ?? "{}"}} } }""",
            Arguments = [$"--ServiceBus={Connection}", .. arguments],
        }));
    }

    /// <summary>Waits for what the function reports next.</summary>
    public async Task<string> NextAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await Seen.Events.Reader.ReadAsync(deadline.Token);
    }

    /// <summary>Waits for a message of a queue, which no function must listen to.</summary>
    public async Task<ServiceBusReceivedMessage> ReceiveAsync(string queue)
    {
        var message = await Client.CreateReceiver(queue).ReceiveMessageAsync(Deadline);
        Assert.NotNull(message);
        return message;
    }

    /// <summary>Waits until the queue holds nothing at all.</summary>
    public async Task DrainedAsync(string queue)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (await Client.CreateReceiver(queue).PeekMessageAsync(cancellationToken: deadline.Token) is not null)
            await Task.Yield();
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    private static void Configure(FunctionsApplicationBuilder builder, FakeTimeProvider? clock)
    {
        builder.ConfigureFunctionsWebApplication();
        builder.Services.AddSingleton<Seen>();
        builder.Services.AddSingleton(services => new ServiceBusClient(Connection, services.GetRequiredService<IOptions<ServiceBusClientOptions>>().Value));
        if (clock is not null) builder.Services.AddSingleton<TimeProvider>(clock);
    }
}

/// <summary>What functions under test report.</summary>
public sealed class Seen
{
    public Channel<string> Events { get; } = Channel.CreateUnbounded<string>();

    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServiceBusReceivedMessage? Message { get; set; }

    public void Tell(string text) => Events.Writer.TryWrite(text);
}
