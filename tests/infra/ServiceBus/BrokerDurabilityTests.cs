using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using static Crm.Local.Tests.ServiceBus.BrokerFixture;

namespace Crm.Local.Tests.ServiceBus;

public sealed class BrokerDurabilityTests : IAsyncLifetime
{
    private readonly BrokerFixture _bus = new();

    private string File => Path.Combine(_bus.Folder, "servicebus.db");

    public Task InitializeAsync() => _bus.InitializeAsync();

    public Task DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task Reopen_FindsEverythingWhereItWas()
    {
        var due = _bus.Clock.GetUtcNow().AddHours(1);
        await _bus.Sender.SendMessagesAsync([new("done"), new("dead"), new("deferred"), new("locked"), new("ready")]);
        await _bus.Sender.ScheduleMessageAsync(new ServiceBusMessage("scheduled"), due);
        var receiver = _bus.Receiver;
        await receiver.CompleteMessageAsync(await NextOneAsync(receiver));
        await receiver.DeadLetterMessageAsync(await NextOneAsync(receiver), "why");
        var deferred = await NextOneAsync(receiver);
        await receiver.DeferMessageAsync(deferred);
        var locked = await NextOneAsync(receiver);
        await _bus.ReopenAsync();

        // A lock ends with the process, and its delivery has counted.
        receiver = _bus.Receiver;
        var again = await NextOneAsync(receiver);
        Assert.Equal(("locked", 2, locked.SequenceNumber), (again.Body.ToString(), again.DeliveryCount, again.SequenceNumber));
        await FailsAsync(ServiceBusFailureReason.MessageLockLost, () => receiver.CompleteMessageAsync(locked));
        Assert.Equal("ready", (await NextOneAsync(receiver)).Body.ToString());
        Assert.Equal("deferred", (await receiver.ReceiveDeferredMessageAsync(deferred.SequenceNumber)).Body.ToString());
        Assert.Equal("why", (await NextOneAsync(_bus.DeadLetters)).DeadLetterReason);
        foreach (var message in await receiver.PeekMessagesAsync(10, 0))
            Assert.NotEqual("done", message.Body.ToString());
        await _bus.Client.CreateSender(Queue).SendMessageAsync(new ServiceBusMessage("next"));
        Assert.Equal(7, (await NextOneAsync(receiver)).SequenceNumber);
        _bus.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Contains("scheduled", (await receiver.ReceiveMessagesAsync(10)).Select(message => message.Body.ToString()));
    }

    [Fact]
    public async Task Queue_DeclaredAgainAfterAWhile_HasItsMessagesAsTheyWere()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("expires") { TimeToLive = TimeSpan.FromMinutes(5) });
        await _bus.Sender.ScheduleMessageAsync(new ServiceBusMessage("scheduled"), _bus.Clock.GetUtcNow().AddMinutes(5));
        await _bus.CloseAsync();
        _bus.Clock.Advance(TimeSpan.FromHours(1));
        await using (var without = Crm.Local.ServiceBus.Broker.Open(_bus.Folder, [new(Plain)], ("test", Key), _bus.Clock))
        {
            await without.WriteAsync(null, session => session.Sweep());
            Assert.Throws<ServiceBusException>(() => without.Find(Queue));
        }

        _bus.Open();
        Assert.Equal("scheduled", (await NextOneAsync(_bus.Receiver)).Body.ToString());
        Assert.Null(await NextAsync(_bus.Receiver));
        Assert.Equal("TTLExpiredException", (await NextOneAsync(_bus.DeadLetters)).DeadLetterReason);
    }

    [Fact]
    public async Task Message_ThatEndsTheProcessEveryTime_IsDeadLetteredInTheEnd()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("fatal"));
        for (var delivery = 1; delivery <= 3; delivery++)
        {
            Assert.Equal(delivery, (await NextOneAsync(_bus.Receiver)).DeliveryCount);
            await _bus.ReopenAsync();
        }

        Assert.Null(await NextAsync(_bus.Receiver));
        Assert.Equal("MaxDeliveryCountExceeded", (await NextOneAsync(_bus.DeadLetters)).DeadLetterReason);
    }

    [Fact]
    public async Task Files_AsTheyLieAtAnyInstant_HoldAllThatWasAcknowledged()
    {
        var sent = new ConcurrentDictionary<string, bool>();
        var completed = new ConcurrentDictionary<string, bool>();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var (sender, receiver) = (_bus.Client.CreateSender(Queue), _bus.Client.CreateReceiver(Queue));
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var id = $"{writer}-{i}";
                await sender.SendMessageAsync(new ServiceBusMessage(id) { MessageId = id }, CancellationToken.None);
                sent[id] = true;
                if (i % 3 != 0 || await NextAsync(receiver) is not { } message) continue;
                await receiver.CompleteMessageAsync(message, CancellationToken.None);
                completed[message.MessageId] = true;
            }
        })).ToArray();

        for (var copy = 0; copy < 5; copy++)
        {
            var before = sent.Count;
            await Eventually.IsTrueAsync(() => sent.Count > before + 50);
            string[] acknowledged = [.. sent.Keys], settled = [.. completed.Keys];
            var folder = Directory.CreateDirectory(Path.Combine(_bus.Folder, $"copy{copy}")).FullName;

            // The log is only appended to while the test is this short, so the two files belong together whenever they are read.
            foreach (var file in new[] { File, File + "-wal" })
                System.IO.File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            await using var broker = _bus.Open(folder);
            var found = new HashSet<string>();
            foreach (var shown in await broker.WriteAsync(null, session => session.Messages.From(broker.Find(Queue), 0, int.MaxValue).Select(row => session.Messages.Body(row.Id)).ToArray()))
                found.Add(Crm.Local.ServiceBus.AmqpFormat.Decode(shown).Properties.MessageId.ToString()!);
            var since = completed.Keys;
            Assert.Empty(acknowledged.Except(found).Except(since));
            Assert.Empty(settled.Intersect(found));
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task Disk_ThatIsFull_IsBusyUntilThereIsRoom()
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("before"));

        // A limit of pages is what a full disk is to SQLite.
        await _bus.Broker.WriteAsync(null, session => session.Connection.QueryLong($"PRAGMA max_page_count = {session.Connection.QueryLong("PRAGMA page_count")}"));
        var big = new ServiceBusMessage(new byte[200_000]);
        var failure = await Assert.ThrowsAsync<ServiceBusException>(() => _bus.Sender.SendMessageAsync(big));
        Assert.Equal((ServiceBusFailureReason.ServiceBusy, true), (failure.Reason, failure.IsTransient));
        await _bus.Receiver.CompleteMessageAsync(await NextOneAsync(_bus.Receiver));
        await _bus.Broker.WriteAsync(null, session => session.Connection.QueryLong("PRAGMA max_page_count = 1000000"));
        await _bus.Sender.SendMessageAsync(big);
        Assert.Equal(200_000, (await NextOneAsync(_bus.Receiver)).Body.ToMemory().Length);
    }

    [Fact]
    public async Task Client_TriesAgainWhatMayPass()
    {
        await using var client = new ServiceBusClient(_bus.ConnectionString(), new ServiceBusClientOptions
        {
            RetryOptions = new ServiceBusRetryOptions { Mode = ServiceBusRetryMode.Fixed, Delay = TimeSpan.FromMilliseconds(1), MaxRetries = 100 },
        });
        await _bus.Broker.WriteAsync(null, session => session.Connection.QueryLong($"PRAGMA max_page_count = {session.Connection.QueryLong("PRAGMA page_count")}"));
        var sending = client.CreateSender(Queue).SendMessageAsync(new ServiceBusMessage(new byte[200_000]));
        await _bus.Broker.WriteAsync(null, session => session.Connection.QueryLong("PRAGMA max_page_count = 1000000"));
        await sending;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Open_OfADamagedFile_IsRefusedAndLeavesItAlone(int start)
    {
        await _bus.Sender.SendMessageAsync(new ServiceBusMessage("a"));
        await _bus.CloseAsync();
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        bytes.AsSpan(start).Fill(0x5A);
        await System.IO.File.WriteAllBytesAsync(File, bytes);
        Assert.Contains(File, Assert.Throws<InvalidDataException>(_bus.Open).Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await System.IO.File.ReadAllBytesAsync(File));
    }

    [Fact]
    public void Open_OfAFolderInUse_IsRefused() => Assert.Throws<IOException>(() => _bus.Open(_bus.Folder));
}
