using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;
using static Crm.Tests.Webhooks.Inbound.Senders;

namespace Crm.Tests.Webhooks.Inbound;

/// <summary>
/// Every call that the work on an event makes fails, or is the last one of its process. Each time the event ends as if nothing had happened: one record, and
/// whoever has 202 may forget it.
/// </summary>
public sealed class EventFaultTests(HandProcessedApp app) : IClassFixture<HandProcessedApp>
{
    private const int MostCalls = 60;

    public static TheoryData<Fault> Short => [Fault.AnswerLost, Fault.CrashAfter];

    public static TheoryData<Fault> All => [.. Enum.GetValues<Fault>()];

    [Theory, MemberData(nameof(Short))]
    public Task Creating_WithAFaultAtAnyCall_MakesOneRecord(Fault fault) => CreateAsync(fault);

    [Theory, MemberData(nameof(Short))]
    public Task Upserting_WithAFaultAtAnyCall_ChangesOnce(Fault fault) => UpsertAsync(fault);

    [Theory, MemberData(nameof(Short))]
    public Task Receiving_WithAFaultAtAnyCall_LosesNothing(Fault fault) => ReceiveAsync(fault);

    [Theory, Trait("Category", "Long"), MemberData(nameof(All))]
    public async Task Everything_WithAFaultAtAnyCall_EndsTheSame(Fault fault)
    {
        await CreateAsync(fault);
        await UpsertAsync(fault);
        await ReceiveAsync(fault);
    }

    /// <summary>What stood in the way and is gone is waited for, longer each time; what stays is listed.</summary>
    [Fact]
    public async Task Event_ThatMeetsAnother_IsTriedAgainLater_AndGivenUpInTheEnd()
    {
        var taken = CrmApp.Unique("sku");
        (await app.PostAsync("products", new JsonObject { ["sku"] = taken, ["name"] = "Pump", ["listPrice"] = 1 })).Expect(201);
        var sender = await app.SenderAsync(
            "products", [From("/sku", "/sku"), From("/name", "/sku"), Value("/listPrice", "1")], ("mode", "upsert"), ("match", new JsonObject { ["by"] = "barcode", ["from"] = "/code" }));
        var message = Assert.Single(await app.MessagesAsync((await sender.SendAsync("1", new JsonObject { ["sku"] = taken, ["code"] = taken })).Expect(202).Json.Id())).Message;

        for (var attempt = 1; attempt < 8; attempt++)
        {
            await app.DeliverAsync(message);
            var (next, due) = (await app.MessagesAsync(message.EventId)).Single(waiting => waiting.Message.Attempt == attempt + 1);
            Assert.True(due > TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds((1 << (attempt - 1)) - 60), due.ToString("O", CultureInfo.InvariantCulture));
            message = next;
        }

        await app.DeliverAsync(message);

        var failed = await sender.SettledAsync(message.EventId);
        Assert.Equal(("failed", "conflict"), ((string?)failed["state"], (string?)failed["code"]));
    }

    [Fact]
    public async Task DeadLetter_IsListedAndCanBeReplayed()
    {
        var (sender, name) = (await app.LeadSenderAsync(), CrmApp.Unique("lead"));
        var message = Assert.Single(await app.MessagesAsync((await sender.SendAsync("1", new JsonObject { ["name"] = name })).Expect(202).Json.Id())).Message;

        await app.DeliverDeadAsync(message);
        Assert.Equal("failed", (string?)(await sender.SettledAsync(message.EventId))["state"]);
        await app.DeliverAsync(message);
        Assert.Empty(await app.LeadsAsync(name));

        (await app.SendAsync("POST", $"{sender.Webhook.Path()}/events/{message.EventId}/replay")).Expect(202);
        await app.DeliverAsync(message);
        await app.DeliverDeadAsync(message);
        Assert.Equal("processed", (string?)(await sender.SettledAsync(message.EventId))["state"]);
        Assert.Single(await app.LeadsAsync(name));
    }

    [Fact]
    public async Task Message_ThatIsNone_GoesToTheDeadLettersAndOut()
    {
        foreach (var body in new[] { "", "{", "[]", "{}", """{"tenantId":"default"}""" })
        {
            var message = ServiceBusModelFactory.ServiceBusReceivedMessage(BinaryData.FromString(body), "m", lockTokenGuid: Guid.NewGuid());
            var (broker, dead) = (new HandDelivery.Broker(app.Faults), new HandDelivery.Broker(app.Faults));
            await app.Functions().Process(message, broker, CancellationToken.None);
            await app.Functions().Fail(message, dead, CancellationToken.None);
            Assert.Equal(("malformed", true), (broker.DeadLettered, dead.Settled));
        }
    }

    private async Task CreateAsync(Fault fault)
    {
        var sender = await app.LeadSenderAsync();
        for (var call = 1; ; call++)
        {
            var name = CrmApp.Unique("lead");
            var message = Assert.Single(await app.MessagesAsync((await sender.SendAsync($"{call}", new JsonObject { ["name"] = name })).Expect(202).Json.Id())).Message;
            var plan = new PlannedFault(call, fault);

            await app.DeliverAsync(message, plan);

            Assert.Equal("processed", (string?)(await sender.SettledAsync(message.EventId))["state"]);
            var lead = Assert.Single(await app.LeadsAsync(name));
            Assert.Equal((1, (await sender.SettledAsync(message.EventId))["record"]!.Id()), ((int)lead["version"]!, lead.Id()));
            if (Done(plan, call))
                return;
        }
    }

    private async Task UpsertAsync(Fault fault)
    {
        var source = CrmApp.Unique("shop");
        var sender = await app.SenderAsync("leads", [From("/lastName", "/name"), From("/companyName", "/n")], ("mode", "upsert"), ("match", new JsonObject { ["by"] = "externalIds", ["source"] = source, ["from"] = "/id" }));
        var name = CrmApp.Unique("lead");
        for (var call = 1; ; call++)
        {
            var message = Assert.Single(await app.MessagesAsync((await sender.SendAsync($"{call}", new JsonObject { ["id"] = 7, ["name"] = name, ["n"] = call })).Expect(202).Json.Id())).Message;
            var plan = new PlannedFault(call, fault);

            await app.DeliverAsync(message, plan);
            await app.DeliverAsync(message);

            var lead = Assert.Single(await app.LeadsAsync(name));
            Assert.Equal((call, $"{call}"), ((int)lead["version"]!, (string?)lead["companyName"]));
            Assert.Equal("""[{"source":"%","id":"7"}]""".Replace("%", source, StringComparison.Ordinal), lead["externalIds"]!.ToJsonString());
            if (Done(plan, call))
                return;
        }
    }

    /// <summary>A sender that gets no answer sends again.</summary>
    private async Task ReceiveAsync(Fault fault)
    {
        var sender = await app.LeadSenderAsync();
        for (var call = 1; ; call++)
        {
            var name = CrmApp.Unique("lead");
            var plan = new PlannedFault(call, fault);

            await app.ReceiveAsync(sender, $"{call}", Encoding.UTF8.GetBytes($$"""{"name":"{{name}}"}"""), plan);
            var received = (await sender.SendAsync($"{call}", new JsonObject { ["name"] = name })).Expect(202).Json.Id();
            var waiting = await app.MessagesAsync(received);

            Assert.NotEmpty(waiting);
            foreach (var (message, _) in waiting)
                await app.DeliverAsync(message);
            Assert.Single(await app.LeadsAsync(name));
            if (Done(plan, call))
                return;
        }
    }

    private static bool Done(PlannedFault plan, int call)
    {
        Assert.True(call < MostCalls);
        return !plan.Happened;
    }
}
