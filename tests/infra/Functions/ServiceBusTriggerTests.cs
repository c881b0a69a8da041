using System.Diagnostics;
using System.Text;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Time.Testing;

namespace Crm.Local.Tests.Functions;

public class ServiceBusTriggerTests
{
    private const string DeadLetters = "work/$deadletterqueue";

    [Fact]
    public async Task Message_IsHandedOverWithItsProperties_AndCompleted()
    {
        await using var app = await BusApp.StartAsync<Single>();
        await app.Sender.SendMessageAsync(new ServiceBusMessage("hello") { MessageId = "m1", CorrelationId = "c1", Subject = "s1", ApplicationProperties = { ["tenant"] = "t1" } });
        Assert.Equal("hello m1 1 c1 s1 t1 1 True", await app.NextAsync());
        await app.DrainedAsync("work");
        Assert.Empty(app.App.Logs.Errors);
    }

    [Theory]
    [InlineData(typeof(AsText), "text [1,2]")]
    [InlineData(typeof(AsBytes), "bytes [1,2]")]
    [InlineData(typeof(AsJson), "json 2")]
    public async Task Body_IsConvertedToTheParametersType(Type function, string expected)
    {
        await using var app = await BusApp.StartAsync([function]);
        await app.Sender.SendMessageAsync(new ServiceBusMessage("[1,2]"));
        Assert.Equal(expected, await app.NextAsync());
    }

    [Fact]
    public async Task Body_ThatDoesNotFit_EndsInTheDeadLetterQueue()
    {
        await using var app = await BusApp.StartAsync<AsJson>();
        await app.Sender.SendMessageAsync(new ServiceBusMessage("no JSON"));
        Assert.Equal("MaxDeliveryCountExceeded", (await app.ReceiveAsync(DeadLetters)).DeadLetterReason);
        Assert.Equal(3, app.App.Logs.Errors.Count());
    }

    [Fact]
    public async Task Poison_EndsInTheDeadLetterQueue_AndSucceedsSentAgain()
    {
        await using var app = await BusApp.StartAsync<Poisoned>();
        await app.Sender.SendMessageAsync(new ServiceBusMessage("a") { MessageId = "p" });
        Assert.Equal(["1", "2", "3"], [await app.NextAsync(), await app.NextAsync(), await app.NextAsync()]);
        var dead = await app.ReceiveAsync(DeadLetters);
        Assert.Equal(("p", "MaxDeliveryCountExceeded"), (dead.MessageId, dead.DeadLetterReason));

        app.Seen.Gate.SetResult();
        await app.Sender.SendMessageAsync(new ServiceBusMessage(dead));
        Assert.Equal("cured 1", await app.NextAsync());
        await app.DrainedAsync("work");
    }

    [Fact]
    public async Task DeadLetterQueue_CanBeATrigger()
    {
        await using var app = await BusApp.StartAsync([typeof(Rejecting), typeof(Undertaker)]);
        await app.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        Assert.Equal("Invalid: No lines, step 3", await app.NextAsync());
        await app.DrainedAsync(DeadLetters);
    }

    [Fact]
    public async Task Manual_Settlement_LeavesTheRestToTheLock()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var app = await BusApp.StartAsync<Manual>(clock: clock);
        await app.Sender.SendMessagesAsync([new("complete"), new("defer"), new("abandon"), new("nothing")]);
        var seen = new List<string>();
        for (var i = 0; i < 5; i++)
            seen.Add(await app.NextAsync());
        Assert.Equal(["abandon 1", "abandon 2", "complete 1", "defer 1", "nothing 1"], seen.Order());

        // The lock of the last one is let go with the function; it comes again when it ends, or the last renewal of it.
        var next = app.NextAsync();
        while (!next.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(31));
            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(50)));
        }

        Assert.Equal("nothing 2", await next);
        Assert.Equal(ServiceBusMessageState.Deferred, (await app.Client.CreateReceiver("work").PeekMessageAsync()).State);
        Assert.Empty(app.App.Logs.Errors);
    }

    [Fact]
    public async Task Lock_IsRenewedWhileTheFunctionRuns()
    {
        var clock = new TimerClock();
        await using var app = await BusApp.StartAsync<Waiting>(clock: clock);
        await app.Sender.SendMessageAsync(new ServiceBusMessage("slow"));
        Assert.Equal("entered slow 1", await app.NextAsync());
        for (var renewals = 0; renewals < 5; renewals++)
        {
            // Ten seconds before its end; time moves only once the host waits for that, or it would plan by a clock that has moved on.
            await clock.WaitedForAsync(TimeSpan.FromSeconds(20));
            clock.Advance(TimeSpan.FromSeconds(20));
        }

        await clock.WaitedForAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(clock.GetUtcNow().AddSeconds(30), app.Seen.Message!.LockedUntil);
        app.Seen.Gate.SetResult();
        Assert.Equal("left", await app.NextAsync());
        await app.DrainedAsync("work");
        Assert.Empty(app.App.Logs.Errors);
    }

    [Fact]
    public async Task Calls_AtOnce_AreAsManyAsTheHostAllows()
    {
        await using var app = await BusApp.StartAsync<Waiting>("""{ "maxConcurrentCalls": 2 }""");
        await app.Sender.SendMessagesAsync([new("a"), new("b"), new("c")]);
        await app.NextAsync();
        await app.NextAsync();
        Assert.False(app.Seen.Events.Reader.TryRead(out _));
        Assert.Equal(1, await ReadyAsync(app));
        app.Seen.Gate.SetResult();
        await app.DrainedAsync("work");
    }

    [Fact]
    public async Task AutoComplete_InHostJson_IsTheDefault()
    {
        await using var app = await BusApp.StartAsync<Single>("""{ "autoCompleteMessages": false }""");
        await app.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        await app.NextAsync();
        await app.App.Host.StopAsync();
        Assert.NotNull(await app.Client.CreateReceiver("work").PeekMessageAsync());
    }

    [Fact]
    public async Task Trace_OfTheSender_GoesOnInTheFunction()
    {
        await using var app = await BusApp.StartAsync<Traced>();
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        await app.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        Assert.Contains(activity.TraceId.ToString(), await app.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_LetsTheCallsUnderWayFinish_AndTakesNoMore()
    {
        await using var app = await BusApp.StartAsync<Waiting>("""{ "maxConcurrentCalls": 1 }""");
        await app.Sender.SendMessagesAsync([new("a"), new("b")]);
        Assert.Equal("entered a 1", await app.NextAsync());
        var stopping = app.App.Host.StopAsync();
        app.Seen.Gate.SetResult();
        await stopping;
        Assert.Equal("left", await app.NextAsync());
        var left = await app.Client.CreateReceiver("work").PeekMessagesAsync(10);
        Assert.Equal("b", Assert.Single(left).Body.ToString());
    }

    [Fact]
    public async Task Hosts_OfOneProcess_HaveQueuesOfTheirOwn()
    {
        await using var first = await BusApp.StartAsync<Single>();
        await using var second = await BusApp.StartAsync<Single>();
        await second.Sender.SendMessageAsync(new ServiceBusMessage("second") { MessageId = "m" });
        Assert.StartsWith("second", await second.NextAsync(), StringComparison.Ordinal);
        Assert.False(first.Seen.Events.Reader.TryRead(out _));
    }

    [Fact]
    public async Task QueueName_MayBeASetting()
    {
        await using var app = await BusApp.StartAsync([typeof(Named)], null, null, "--QueueName=other");
        await app.Client.CreateSender("other").SendMessageAsync(new ServiceBusMessage("a"));
        Assert.Equal("a", await app.NextAsync());
    }

    private static async Task<int> ReadyAsync(BusApp app) =>
        (await app.Client.CreateReceiver("work", new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete }).ReceiveMessagesAsync(10, TimeSpan.FromMilliseconds(1))).Count;

    public sealed class Single(Seen seen)
    {
        [Function("Single")]
        public void Run(
            [ServiceBusTrigger("work", Connection = "ServiceBus")] ServiceBusReceivedMessage message,
            string messageId, int deliveryCount, string? correlationId, string? subject, Dictionary<string, string> applicationProperties, long sequenceNumber, DateTime enqueuedTimeUtc) =>
            seen.Tell($"{message.Body} {messageId} {deliveryCount} {correlationId} {subject} {applicationProperties.GetValueOrDefault("tenant")} {sequenceNumber} {enqueuedTimeUtc == message.EnqueuedTime.UtcDateTime}");
    }

    public sealed class AsText(Seen seen)
    {
        [Function("Text1")]
        public void Run([ServiceBusTrigger("work")] string message) => seen.Tell($"text {message}");
    }

    public sealed class AsBytes(Seen seen)
    {
        [Function("Bytes")]
        public void Run([ServiceBusTrigger("work")] byte[] message) => seen.Tell($"bytes {Encoding.UTF8.GetString(message)}");
    }

    public sealed class AsJson(Seen seen)
    {
        [Function("Json")]
        public void Run([ServiceBusTrigger("work")] List<int> message) => seen.Tell($"json {message.Count}");
    }

    public sealed class Poisoned(Seen seen)
    {
        [Function("Poisoned")]
        public void Run([ServiceBusTrigger("work")] ServiceBusReceivedMessage message)
        {
            if (!seen.Gate.Task.IsCompleted)
            {
                seen.Tell($"{message.DeliveryCount}");
                throw new InvalidOperationException("poison");
            }

            seen.Tell($"cured {message.DeliveryCount}");
        }
    }

    public sealed class Rejecting
    {
        [Function("Rejecting")]
        public static Task Run([ServiceBusTrigger("work", AutoCompleteMessages = false)] ServiceBusReceivedMessage message, ServiceBusMessageActions actions) =>
            actions.DeadLetterMessageAsync(message, new Dictionary<string, object> { ["step"] = 3 }, "Invalid", "No lines");
    }

    public sealed class Undertaker(Seen seen)
    {
        [Function("Undertaker")]
        public void Run([ServiceBusTrigger("work/$deadletterqueue")] ServiceBusReceivedMessage message) =>
            seen.Tell($"{message.DeadLetterReason}: {message.DeadLetterErrorDescription}, step {message.ApplicationProperties["step"]}");
    }

    public sealed class Manual(Seen seen)
    {
        [Function("Manual")]
        public async Task Run([ServiceBusTrigger("work", AutoCompleteMessages = false)] ServiceBusReceivedMessage message, ServiceBusMessageActions actions)
        {
            var text = message.Body.ToString();
            if (text == "complete") await actions.CompleteMessageAsync(message);
            else if (text == "defer") await actions.DeferMessageAsync(message);
            else if (text == "abandon" && message.DeliveryCount == 1) await actions.AbandonMessageAsync(message);
            else if (text == "abandon") await actions.CompleteMessageAsync(message);
            seen.Tell($"{text} {message.DeliveryCount}");
        }
    }

    public sealed class Waiting(Seen seen)
    {
        [Function("Waiting")]
        public async Task Run([ServiceBusTrigger("work")] ServiceBusReceivedMessage message)
        {
            seen.Message = message;
            seen.Tell($"entered {message.Body} {message.DeliveryCount}");
            await seen.Gate.Task;
            seen.Tell("left");
        }
    }

    public sealed class Traced(Seen seen)
    {
        [Function("Traced")]
        public void Run([ServiceBusTrigger("work")] ServiceBusReceivedMessage message, FunctionContext context) =>
            seen.Tell($"{context.TraceContext.TraceParent} {message.ApplicationProperties["Diagnostic-Id"]}");
    }

    public sealed class Named(Seen seen)
    {
        [Function("Named")]
        public void Run([ServiceBusTrigger("%QueueName%")] string message) => seen.Tell(message);
    }
}
