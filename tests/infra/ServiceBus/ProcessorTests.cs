using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Crm.Local.ServiceBus;
using static Crm.Local.Tests.ServiceBus.BrokerFixture;

namespace Crm.Local.Tests.ServiceBus;

public sealed class ProcessorTests : IAsyncLifetime
{
    private readonly BrokerFixture _bus = new();

    public Task InitializeAsync() => _bus.InitializeAsync();

    public Task DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task Messages_AreHandledOnceEach_AndCompleted()
    {
        await using var processor = _bus.Client.CreateProcessor(Queue, new ServiceBusProcessorOptions { MaxConcurrentCalls = 8 });
        var handled = new ConcurrentQueue<string>();
        processor.ProcessMessageAsync += args =>
        {
            handled.Enqueue(args.Message.Body.ToString());
            return Task.CompletedTask;
        };
        processor.ProcessErrorAsync += _ => Task.CompletedTask;
        await processor.StartProcessingAsync();
        Assert.True(processor.IsProcessing);
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), async (i, _) => await _bus.Sender.SendMessageAsync(new ServiceBusMessage($"{i}"), CancellationToken.None));
        await Eventually.IsTrueAsync(() => handled.Count == 200);
        await processor.StopProcessingAsync();
        Assert.False(processor.IsProcessing);
        Assert.Equal(200, handled.Distinct().Count());
        Assert.Null(await _bus.Receiver.PeekMessageAsync());
    }

    [Fact]
    public async Task Handler_ThatThrows_AbandonsAndIsReported()
    {
        await using var processor = _bus.Client.CreateProcessor(Queue);
        var errors = new ConcurrentQueue<(Exception, ServiceBusErrorSource)>();
        processor.ProcessMessageAsync += _ => throw new InvalidOperationException("no");
        processor.ProcessErrorAsync += args =>
        {
            errors.Enqueue((args.Exception, args.ErrorSource));
            return Task.CompletedTask;
        };
        await processor.StartProcessingAsync();
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        var dead = await _bus.DeadLetters.ReceiveMessageAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("MaxDeliveryCountExceeded", dead.DeadLetterReason);
        await processor.StopProcessingAsync();
        Assert.Equal(3, errors.Count);
        Assert.All(errors, error => Assert.Equal(("no", ServiceBusErrorSource.ProcessMessageCallback), (error.Item1.Message, error.Item2)));
    }

    [Fact]
    public async Task Handler_ThatSettles_IsLeftAlone()
    {
        await using var processor = _bus.Client.CreateProcessor(Queue);
        var failures = new ConcurrentQueue<Exception>();
        processor.ProcessMessageAsync += args => args.DeadLetterMessageAsync(args.Message, "own", "reason");
        processor.ProcessErrorAsync += args =>
        {
            failures.Enqueue(args.Exception);
            return Task.CompletedTask;
        };
        await processor.StartProcessingAsync();
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        Assert.Equal("own", (await _bus.DeadLetters.ReceiveMessageAsync(TimeSpan.FromMinutes(1))).DeadLetterReason);
        await processor.StopProcessingAsync();
        Assert.Empty(failures);
    }

    [Fact]
    public async Task Start_WithoutHandlers_IsRefused()
    {
        await using var processor = _bus.Client.CreateProcessor(Queue);
        await Assert.ThrowsAsync<InvalidOperationException>(() => processor.StartProcessingAsync());
        processor.ProcessMessageAsync += _ => Task.CompletedTask;
        Assert.Throws<NotSupportedException>(() => processor.ProcessMessageAsync += _ => Task.CompletedTask);
        await Assert.ThrowsAsync<InvalidOperationException>(() => processor.StartProcessingAsync());
    }

    [Fact]
    public async Task Namespace_ThatCannotBeReached_IsAskedAgain()
    {
        var address = new Uri($"sb://late{Guid.NewGuid():N}.localhost");
        var options = new ServiceBusClientOptions { CustomEndpointAddress = address, RetryOptions = new ServiceBusRetryOptions { MaxRetries = 0 } };
        await using var client = new ServiceBusClient(_bus.ConnectionString(), options);
        await using var processor = client.CreateProcessor(Queue);
        var (handled, failed) = (new TaskCompletionSource(), new TaskCompletionSource<ServiceBusErrorSource>());
        processor.ProcessMessageAsync += _ =>
        {
            handled.TrySetResult();
            return Task.CompletedTask;
        };
        processor.ProcessErrorAsync += args =>
        {
            failed.TrySetResult(args.ErrorSource);
            return Task.CompletedTask;
        };
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        await processor.StartProcessingAsync();
        Assert.Equal(ServiceBusErrorSource.Receive, await failed.Task.WaitAsync(TimeSpan.FromMinutes(1)));
        NamespaceConnection.TryOffer(address, _bus.Broker);
        await handled.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await processor.StopProcessingAsync();
        NamespaceConnection.Withdraw(address, _bus.Broker);
    }
}
