using Azure.Messaging.ServiceBus;
using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Invocation;
using Crm.Local.Functions.Settings;
using Crm.Local.Functions.Startup;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Functions.ServiceBus;

/// <summary>The Service Bus trigger on the queues of this host.</summary>
internal sealed class ServiceBusTriggerListener(FunctionInvoker invoker, LocalServiceBus bus, IConfiguration configuration, ILogger<ServiceBusTriggerListener> logger)
    : ITriggerListener, IAsyncDisposable
{
    private const string DefaultConnection = "ServiceBus";
    private QueueFunction[] _functions = [];
    private ServiceBusClient? _client;

    public Type TriggerAttribute => typeof(ServiceBusTriggerAttribute);

    public IReadOnlyCollection<string> Addresses => [];

    public string? Example => null;

    public void Take(IReadOnlyList<LocalFunction> functions, HostJson hostJson) => _functions = [.. functions.Select(function => Queue(function, hostJson.ServiceBus))];

    public Task StartAsync(CancellationToken cancellation)
    {
        if (_functions.Length == 0) return Task.CompletedTask;
        foreach (var function in _functions)
            Check(function);
        var options = new ServiceBusClientOptions();
        bus.Configure(options);
        _client = new ServiceBusClient(configuration.Connection(DefaultConnection).Value, options);
        foreach (var function in _functions)
            function.Start(_client);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken deadline) => Task.WhenAll(_functions.Select(function => function.StopAsync(deadline)));

    public async ValueTask DisposeAsync()
    {
        foreach (var function in _functions)
            await function.DisposeAsync();
        if (_client is not null) await _client.DisposeAsync();
    }

    private QueueFunction Queue(LocalFunction function, ServiceBusHostOptions options)
    {
        var trigger = (ServiceBusTriggerAttribute)function.Trigger;
        if (trigger.QueueName is null) throw new StartException($"Function '{function.Name}' listens to the topic '{trigger.TopicName}'. The Basic tier has no topics.");
        if (trigger.IsSessionsEnabled) throw new StartException($"Function '{function.Name}' has IsSessionsEnabled. The Basic tier has no sessions.");
        var autoComplete = trigger.AutoComplete ?? options.AutoCompleteMessages;
        try
        {
            var queue = configuration.Resolve(trigger.QueueName);
            return trigger.IsBatched
                ? new BatchFunction(function, queue, autoComplete, options, invoker, logger)
                : new SingleMessageFunction(function, queue, autoComplete, options, invoker, logger);
        }
        catch (InvalidOperationException e)
        {
            throw new StartException($"Function '{function.Name}': {e.Message}", e);
        }
    }

    private void Check(QueueFunction queue)
    {
        var name = queue.Function.Name;
        try
        {
            var setting = configuration.Connection(((ServiceBusTriggerAttribute)queue.Function.Trigger).Connection ?? DefaultConnection);
            if (!bus.Is(setting.Value))
                throw new StartException($"Function '{name}': its connection {setting.Path} is not that of the setting {DefaultConnection}, whose queues are the only ones the local host has.");
            bus.Broker!.Find(queue.Queue);
        }
        catch (Exception e) when (e is InvalidOperationException or ServiceBusException)
        {
            throw new StartException($"Function '{name}': {e.Message}", e);
        }
    }
}
