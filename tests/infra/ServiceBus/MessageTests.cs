using System.Diagnostics;
using System.Runtime.Serialization;
using Azure.Messaging.ServiceBus;
using static Crm.Local.Tests.ServiceBus.BrokerFixture;

namespace Crm.Local.Tests.ServiceBus;

/// <summary>What a message carries from its sender to its receiver.</summary>
public sealed class MessageTests : IAsyncLifetime
{
    private readonly BrokerFixture _bus = new();

    public Task InitializeAsync() => _bus.InitializeAsync();

    public Task DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task Properties_ArriveAsTheyWereSent()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage(new byte[] { 0, 255, 1 })
        {
            MessageId = "id",
            CorrelationId = "correlation",
            Subject = "subject",
            ContentType = "application/octet-stream",
            To = "to",
            ReplyTo = "reply",
            SessionId = "ignored",
            ReplyToSessionId = "session",
            PartitionKey = "ignored",
            TimeToLive = TimeSpan.FromMinutes(7),
        });
        var message = await NextOneAsync(_bus.Receiver);
        Assert.Equal([0, 255, 1], message.Body.ToArray());
        Assert.Equal(("id", "correlation", "subject", "application/octet-stream"), (message.MessageId, message.CorrelationId, message.Subject, message.ContentType));
        Assert.Equal(("to", "reply", "ignored", "session", "ignored"), (message.To, message.ReplyTo, message.SessionId, message.ReplyToSessionId, message.PartitionKey));
        Assert.Equal((TimeSpan.FromMinutes(7), ServiceBusMessageState.Active), (message.TimeToLive, message.State));
        Assert.Equal(message.EnqueuedTime + TimeSpan.FromMinutes(7), message.ExpiresAt);
        Assert.InRange(message.LockedUntil - message.EnqueuedTime, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));
        Assert.Equal((1, 1), (message.SequenceNumber, message.DeliveryCount));
        Assert.Null(message.DeadLetterReason);
    }

    [Fact]
    public async Task ApplicationProperties_KeepTheirTypes()
    {
        object?[] values =
        [
            null, "text", true, (byte)1, (sbyte)-1, 'c', (short)-2, (ushort)2, -3, 3U, -4L, 4UL, 1.5F, 2.5, 3.25M, Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"),
            new Uri("https://example.org/a"), new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), TimeSpan.FromMinutes(90),
        ];
        var message = new ServiceBusMessage("typed");
        for (var i = 0; i < values.Length; i++)
            message.ApplicationProperties[$"p{i}"] = values[i];
        await _bus.Sender.SendMessageAsync(message);
        var received = await NextOneAsync(_bus.Receiver);
        Assert.Equal(values, Enumerable.Range(0, values.Length).Select(i => received.ApplicationProperties[$"p{i}"]));
    }

    [Fact]
    public async Task ApplicationProperties_OfAnotherType_AreRefused()
    {
        var message = new ServiceBusMessage("a") { ApplicationProperties = { ["list"] = new List<int>() } };
        var refused = await Assert.ThrowsAsync<SerializationException>(() => _bus.Sender.SendMessageAsync(message));
        Assert.Contains("'list'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Properties_OutOfBounds_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new ServiceBusMessage { MessageId = "" });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceBusMessage { MessageId = new string('x', 129) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceBusMessage { TimeToLive = TimeSpan.Zero });
        Assert.Null(new ServiceBusMessage("a").MessageId);
    }

    [Fact]
    public async Task Trace_OfTheSender_TravelsAlong()
    {
        using var activity = new Activity("sending").SetIdFormat(ActivityIdFormat.W3C).Start();
        await _bus.Sender.SendMessagesAsync([new("a"), new("b") { ApplicationProperties = { ["Diagnostic-Id"] = "own" } }]);
        Assert.Equal(activity.Id, (await NextOneAsync(_bus.Receiver)).ApplicationProperties["Diagnostic-Id"]);
        Assert.Equal("own", (await NextOneAsync(_bus.Receiver)).ApplicationProperties["Diagnostic-Id"]);
    }

    [Fact]
    public async Task Message_UpToTheLimit_IsSent_AndAboveIsRefused()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage(new byte[255 * 1024]));
        Assert.Equal(255 * 1024, (await NextOneAsync(_bus.Receiver)).Body.ToMemory().Length);
        await FailsAsync(ServiceBusFailureReason.MessageSizeExceeded, () => _bus.Sender.SendMessageAsync(new ServiceBusMessage(new byte[256 * 1024])));
        await FailsAsync(ServiceBusFailureReason.MessageSizeExceeded, () => _bus.Sender.SendMessagesAsync([new(new byte[130_000]), new(new byte[135_000])]));
        Assert.Null(await NextAsync(_bus.Receiver));
    }

    [Fact]
    public async Task Batch_TakesWhatFits_AndIsSentWhole()
    {
        var sender = _bus.Sender;
        using var batch = await sender.CreateMessageBatchAsync();
        var body = new byte[1000];
        while (batch.TryAddMessage(new ServiceBusMessage(body)))
        {
        }

        Assert.InRange(batch.SizeInBytes, 256 * 1024 - 1100, 256 * 1024);
        Assert.Equal(256 * 1024, batch.MaxSizeInBytes);
        await sender.SendMessagesAsync(batch);
        Assert.Equal(batch.Count, (await _bus.Receiver.ReceiveMessagesAsync(1000)).Count);
    }

    [Fact]
    public async Task Batch_OfItsOwnSize_KeepsToIt()
    {
        var sender = _bus.Sender;
        using var batch = await sender.CreateMessageBatchAsync(new CreateMessageBatchOptions { MaxSizeInBytes = 500 });
        Assert.True(batch.TryAddMessage(new ServiceBusMessage(new byte[300])));
        Assert.False(batch.TryAddMessage(new ServiceBusMessage(new byte[300])));
        Assert.True(batch.TryAddMessage(new ServiceBusMessage(new byte[50])));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await sender.CreateMessageBatchAsync(new CreateMessageBatchOptions { MaxSizeInBytes = 256 * 1024 + 1 }));
        await sender.SendMessagesAsync([]);
        await sender.SendMessagesAsync(batch);
        Assert.Equal(2, (await _bus.Receiver.ReceiveMessagesAsync(10)).Count);
    }
}
