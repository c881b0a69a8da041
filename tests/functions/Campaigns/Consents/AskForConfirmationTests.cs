using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using Crm.Campaigns.Consents;
using Crm.Entities.Types;
using Crm.History;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Mail;
using Crm.Platform.Messaging;
using Crm.Tests.Campaigns.Tracking;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Campaigns.Consents;

/// <summary>The one mail of a consent, with a mail server that does not always do what it should. The test brings the messages, the queue does not.</summary>
public sealed class AskForConfirmationTests(UnaskedApp app) : IClassFixture<UnaskedApp>
{
    /// <summary>How long the messages have waited: they are planned again half as long later, when the test is over.</summary>
    private static readonly TimeSpan Waiting = TimeSpan.FromHours(10);

    private readonly MailStub _server = new(app.Faults);

    [Fact]
    public async Task Message_BroughtAgain_SendsNoSecondMail()
    {
        var consent = await RequestAsync();

        await AskAsync(consent);
        await AskAsync(consent);

        Assert.Single(_server.Mails);
    }

    [Fact]
    public async Task Message_BroughtToManyAtOnce_SendsOneMail()
    {
        var consent = await RequestAsync();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => AskAsync(consent)));

        Assert.Single(_server.Mails);
    }

    [Theory]
    [InlineData(MailOutcome.Deferred)]
    [InlineData(MailOutcome.Unknown)]
    [InlineData(MailOutcome.Unreachable)]
    [InlineData(MailOutcome.NotSetUp)]
    public async Task Mail_ThatMayNotHaveGoneOut_IsSentLater_AsTheSameMail(MailOutcome outcome)
    {
        var consent = await RequestAsync();
        _server.Outcome = outcome;
        await AskAsync(consent);
        Assert.InRange(Assert.Single(await LaterAsync(consent)) - TimeProvider.System.GetUtcNow(), Waiting / 2 - TimeSpan.FromMinutes(30), Waiting / 2 + TimeSpan.FromMinutes(30));

        _server.Outcome = MailOutcome.Sent;
        await AskAsync(consent);
        await AskAsync(consent);

        Assert.Equal(2, _server.Mails.Count);
        Assert.Equal(_server.Mails[0], _server.Mails[1]);
    }

    [Fact]
    public async Task Mail_ThatTheServerRefuses_IsNotSentAgain()
    {
        var consent = await RequestAsync();
        _server.Outcome = MailOutcome.Refused;

        await AskAsync(consent);
        await AskAsync(consent);

        Assert.Single(_server.Mails);
    }

    [Fact]
    public async Task Mail_OfASenderThatDied_IsLeftAlone_UntilItIsKnownToBeDead()
    {
        var consent = await RequestAsync();
        _server.Dies = true;
        await Assert.ThrowsAsync<IOException>(() => AskAsync(consent));

        _server.Dies = false;
        await AskAsync(consent);
        Assert.Empty(_server.Mails);

        await AskAsync(consent, later: ConfirmationClaims.Patience);
        Assert.Single(_server.Mails);
    }

    [Theory]
    [InlineData(Fault.Refused)]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashAfter)]
    public async Task Message_WithAFaultAtAnyCall_AsksAtLeastOnce_AndAlwaysWithTheSameMail(Fault fault)
    {
        PlannedFault plan;
        var call = 1;
        do
        {
            var consent = await RequestAsync();
            plan = new PlannedFault(call++, fault);
            _server.Mails.Clear();
            if (!await app.Faults.SurvivesAsync(plan, () => AskAsync(consent)))
                await AskAsync(consent, later: ConfirmationClaims.Patience);

            Assert.InRange(_server.Mails.Count, 1, 2);
            Assert.Single(_server.Mails.Distinct());
        }
        while (plan.Happened);

        Assert.InRange(call, 5, 20);
    }

    [Theory]
    [InlineData("granted")]
    [InlineData("withdrawn")]
    [InlineData("pending")]
    public async Task Consent_FollowedByAnother_IsNotAskedForAnyMore(string state)
    {
        var consent = await RequestAsync();
        await app.SayAsync(new JsonObject { ["type"] = "contacts", ["id"] = (string?)consent["partyRef"]!["id"] }, state);

        await AskAsync(consent);

        Assert.Empty(_server.Mails);
    }

    [Fact]
    public async Task Consent_ThatIsTooOldToBeConfirmed_IsNotAskedForAnyMore()
    {
        var consent = await RequestAsync();

        await AskAsync(consent, later: ConfirmConsent.Lifetime);

        Assert.Empty(_server.Mails);
    }

    [Fact]
    public async Task Address_ThatNothingIsSentTo_IsNotAsked()
    {
        var address = $"{Guid.NewGuid():N}@example.com";
        await app.CreateAsync("suppressions", ("addressHash", Suppression.HashOf(address)));

        await AskAsync(await RequestAsync(await app.CreateAsync("leads", ("email", address))));

        Assert.Empty(_server.Mails);
    }

    [Fact]
    public async Task Address_IsThatOfWhoeverThePartyIs()
    {
        var lead = await app.CreateAsync("leads", ("email", "lead@example.com"));
        var account = await app.CreateAsync("accounts", ("email", "account@example.com"));
        var customer = await app.CreateAsync("customers", ("kind", "enterprise"), ("contactId", null), ("accountId", account.Id()));
        var nobody = await app.CreateAsync("contacts", ("emails", new JsonArray()));

        foreach (var party in new[] { lead, account, customer, nobody })
            await AskAsync(await RequestAsync(party));

        Assert.Equal(["lead@example.com", "account@example.com", "account@example.com"], _server.Mails.Select(mail => mail.To));
    }

    private async Task<JsonObject> RequestAsync(JsonObject? party = null)
    {
        party ??= await app.CreateAsync("contacts");
        return await app.CreateAsync("consents", ("partyRef", new JsonObject { ["type"] = (string?)party["type"], ["id"] = party.Id() }), ("purpose", Readers.Purpose), ("state", "pending"));
    }

    /// <param name="later">How much later it is than it is.</param>
    private async Task AskAsync(JsonObject consent, TimeSpan later = default)
    {
        await using var scope = app.Services.GetRequiredService<IServiceScopeFactory>().CreateScopeFor(Caller.System("default", "test", "Test"));
        var (services, time) = (scope.ServiceProvider, new Later(later));
        var ask = ActivatorUtilities.CreateInstance<AskForConfirmation>(
            services, _server, time, ActivatorUtilities.CreateInstance<ConfirmConsent>(services, time), ActivatorUtilities.CreateInstance<ConfirmationClaims>(services, time));
        await ask.RunAsync(new EventMessage("1", "consent.requested", "default", "consents", consent.Id(), 1, consent["createdAt"].Time() - Waiting), default);
    }

    /// <summary>When the queue brings it again.</summary>
    private async Task<IReadOnlyList<DateTimeOffset>> LaterAsync(JsonObject consent)
    {
        await using var receiver = app.Services.GetRequiredService<ServiceBusClient>().CreateReceiver(Queues.Confirmations);
        var waiting = await receiver.PeekMessagesAsync(100, fromSequenceNumber: 0);
        return [.. waiting.Where(message => message.Body.ToString().Contains(consent.Id(), StringComparison.Ordinal)).Select(message => message.ScheduledEnqueueTime)];
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }

    private sealed class MailStub(Faults faults) : IMailTransport
    {
        public string? Missing => null;

        public List<OutgoingMail> Mails { get; } = [];

        public MailOutcome Outcome { get; set; }

        public bool Dies { get; set; }

        public IMailSession Open() => new Session(this);

        private Task TakeAsync(OutgoingMail mail) => faults.CallAsync(() =>
        {
            if (Dies)
                throw new IOException("The process dies.");

            lock (Mails)
                Mails.Add(mail);
            return Task.CompletedTask;
        });

        private sealed class Session(MailStub server) : IMailSession
        {
            public async Task<MailResult> SendAsync(OutgoingMail mail, CancellationToken cancellation)
            {
                await server.TakeAsync(mail);
                return new MailResult(server.Outcome);
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
