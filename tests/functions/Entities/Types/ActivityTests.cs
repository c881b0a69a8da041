using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities.Types;

[Collection(SharedApp.Name)]
public sealed class ActivityTests(CrmApp app) : RuleTests(app)
{
    private static JsonObject Activity(string type, string? status = null) => new() { ["activityType"] = type, ["subject"] = "Ring — 電話", ["status"] = status };

    [Theory]
    [InlineData("task", "notStarted")]
    [InlineData("call", "planned")]
    [InlineData("meeting", "planned")]
    [InlineData("visit", "planned")]
    [InlineData("email", "draft")]
    [InlineData("sms", "draft")]
    [InlineData("chat", "draft")]
    [InlineData("note", "none")]
    public async Task Create_WithoutStatus_HasTheFirstOfItsType(string type, string status) =>
        Assert.Equal(status, Text(Ok(await PostAsync("activities", Activity(type))), "status"));

    [Theory]
    [InlineData("task", "held", "notStarted, inProgress, waiting, completed, deferred, cancelled")]
    [InlineData("call", "completed", "planned, held, notHeld, cancelled")]
    [InlineData("email", "cancelled", "draft, queued, sent, received, failed")]
    [InlineData("note", "draft", "none")]
    public async Task Create_WithTheStatusOfAnotherType_IsRefusedNamingItsOwn(string type, string status, string own)
    {
        var refused = await PostAsync("activities", Activity(type, status));

        Refused(refused, "#/status not-allowed");
        Assert.EndsWith(own, (string?)refused.Json["errors"]![0]!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patch_ToDoneAndBack_SetsAndClearsCompletedAt()
    {
        var task = Ok(await PostAsync("activities", Activity("task")));
        Assert.Null(task["completedAt"]);

        task = await PatchedAsync(task, new() { ["status"] = "completed" });
        var first = Text(task, "completedAt");
        Assert.Equal(Text(task, "updatedAt"), first);
        Assert.Equal(first, Text(await PatchedAsync(task, new() { ["outcome"] = "done" }), "completedAt"));

        Assert.Null((await PatchedAsync(task, new() { ["status"] = "waiting" }))["completedAt"]);
    }

    [Fact]
    public async Task Create_ThatEndsBeforeItStarts_IsRefused() =>
        Refused(await PostSampleAsync("activities", ("endAt", "2026-03-01T08:59:59Z")), "#/endAt min");

    [Theory]
    [InlineData("freq=daily;count=3", "FREQ=DAILY;COUNT=3")]
    [InlineData("FREQ=MONTHLY;UNTIL=20261231T235959Z;BYDAY=-1FR", "FREQ=MONTHLY;UNTIL=20261231T235959Z;BYDAY=-1FR")]
    public async Task Create_WithARecurrence_KeepsItsNormalForm(string rule, string normal) =>
        Assert.Equal(normal, Text(Ok(await PostSampleAsync("activities", ("recurrence", rule))), "recurrence"));

    [Theory]
    [InlineData("weekly")]
    [InlineData("COUNT=3")]
    [InlineData("FREQ=DAILY;UNTIL=never")]
    [InlineData("FREQ=DAILY;UNTIL=20261399")]
    [InlineData("FREQ=DAILY;COUNT=1;UNTIL=20261231")]
    [InlineData("FREQ=DAILY;FREQ=WEEKLY")]
    [InlineData("FREQ=DAILY;")]
    [InlineData("FREQ=DAILY;COUNT=99999999999999999999")]
    [InlineData("FREQ=DAILY;BYMONTH=13")]
    [InlineData("RRULE:FREQ=DAILY")]
    public async Task Create_WithWhatIsNoRecurrence_IsRefused(string rule) =>
        Refused(await PostSampleAsync("activities", ("recurrence", rule)), "#/recurrence format");

    [Fact]
    public async Task Create_RegardingARecord_DerivesItsAccount()
    {
        var account = await App.CreateAsync("accounts");
        var contact = await App.CreateAsync("contacts", ("accounts", new JsonArray(
            new JsonObject { ["accountId"] = Id(await App.CreateAsync("accounts")) },
            new JsonObject { ["accountId"] = Id(account), ["isPrimary"] = true })));
        JsonObject[] records =
        [
            account,
            contact,
            await App.CreateAsync("opportunities", ("accountId", Id(account))),
            await App.CreateAsync("cases", ("accountId", Id(account))),
            await App.CreateAsync("customers", ("accountId", Id(account))),
            await App.CreateAsync("partners", ("accountId", Id(account))),
        ];

        foreach (var record in records)
            Assert.Equal(Id(account), Text(await App.CreateAsync("activities", ("regarding", Link(record))), "accountId"));
        Assert.Null((await App.CreateAsync("activities", ("regarding", Link(await App.CreateAsync("leads")))))["accountId"]);
    }

    [Fact]
    public async Task Patch_AfterTheContactMoved_KeepsTheAccountItWasAbout()
    {
        var contact = await App.CreateAsync("contacts");
        var activity = await App.CreateAsync("activities", ("regarding", Link(contact)));
        await PatchedAsync(contact, new() { ["accounts"] = new JsonArray() });

        var patched = await PatchedAsync(activity, new() { ["outcome"] = "agreed" });

        Assert.Equal(Text(contact["accounts"]![0]!, "accountId"), Text(patched, "accountId"));
        Assert.Null((await PatchedAsync(activity, new() { ["regarding"] = null }))["accountId"]);
    }

    [Fact]
    public async Task Regarded_Deleted_LeavesTheActivityWithItsAccount()
    {
        var account = await App.CreateAsync("accounts");
        var opportunity = await App.CreateAsync("opportunities", ("accountId", Id(account)));
        var activity = await App.CreateAsync("activities", ("regarding", Link(opportunity)));

        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(opportunity)).Status);
        var left = await ReadAsync(activity);
        Assert.Null(left["regarding"]);
        Assert.Equal(Id(account), Text(left, "accountId"));

        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(account)).Status);
        Assert.Null((await ReadAsync(activity))["accountId"]);
    }

    [Fact]
    public async Task AccountRegarded_Deleted_LeavesNeitherLink()
    {
        var account = await App.CreateAsync("accounts");
        var activity = await App.CreateAsync("activities", ("regarding", Link(account)));

        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(account)).Status);

        var left = await ReadAsync(activity);
        Assert.Null(left["regarding"]);
        Assert.Null(left["accountId"]);
    }

    [Fact]
    public async Task Create_WithParticipantsThatLackWhatTheirKindNeeds_IsRefusedByPointer()
    {
        var contact = Id(await App.CreateAsync("contacts"));

        var refused = await PostSampleAsync("activities", ("participants", new JsonArray(
            new JsonObject { ["kind"] = "external" },
            new JsonObject { ["kind"] = "external", ["id"] = contact, ["address"] = "x@example.org" },
            new JsonObject { ["kind"] = "contact", ["address"] = "x@example.org" },
            new JsonObject { ["kind"] = "user", ["id"] = contact },
            new JsonObject { ["kind"] = "lead", ["id"] = "no such id!" },
            new JsonObject { ["kind"] = "contact", ["id"] = contact })));

        Refused(
            refused, "#/participants/0/address required", "#/participants/1/id not-allowed", "#/participants/2/id required", "#/participants/2/address not-allowed",
            "#/participants/3/id unknown-reference", "#/participants/4/id unknown-reference");
    }

    [Fact]
    public async Task Participant_Deleted_StaysInTheListOfThoseWhoTookPart()
    {
        var employee = await App.CreateAsync("employees");
        var activity = await App.CreateAsync("activities", ("participants", new JsonArray(new JsonObject { ["kind"] = "employee", ["id"] = Id(employee) })));
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(employee)).Status);

        var patched = await PatchedAsync(activity, new() { ["subject"] = "Later" });

        Assert.Equal(Id(employee), Id(patched["participants"]![0]!));
    }
}
