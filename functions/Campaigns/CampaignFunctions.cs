using Crm.Campaigns.Sending;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Campaigns;

/// <summary>What is done with campaigns beyond changing their fields.</summary>
public sealed class CampaignFunctions(SendTest test, CampaignActions actions, CampaignPreview preview, CampaignEffects effects, RecipientLists recipients)
{
    private const string Route = "api/v1/campaigns/{id}";

    /// <summary>Where a test goes, and whose fields are merged in.</summary>
    internal sealed record TestBody
    {
        [Form(TextForm.Email)] public required string To { get; init; }

        /// <summary>With <see cref="PartyId"/>, the record whose fields are merged in; without, their places stay empty.</summary>
        public string? PartyType { get; init; }

        public string? PartyId { get; init; }
    }

    /// <summary>The messages that were sent.</summary>
    internal sealed record TestReply(IReadOnlyList<TestMessage> Messages);

    /// <summary>Has a draft sent, now or at its startAt: that goes on after the answer. What would fail at every recipient is refused; a campaign that was launched is answered as it is.</summary>
    [Function("CampaignsLaunch"), Records(Right.Update, Collection = "campaigns")]
    [Operation("launchCampaign"), Writes, Answers(202, typeof(Campaign)), Answers(200, typeof(Campaign))]
    public async Task<IResult> Launch(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route + "/launch")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.LaunchAsync(id, options, cancellation)));

    /// <summary>Makes a scheduled campaign a draft again.</summary>
    [Function("CampaignsUnschedule"), Records(Right.Update, Collection = "campaigns")]
    [Operation("unscheduleCampaign"), Writes, Answers(200, typeof(Campaign))]
    public async Task<IResult> Unschedule(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route + "/unschedule")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.UnscheduleAsync(id, options, cancellation)));

    /// <summary>Stops the sending: a mail that is being given to the server is the last.</summary>
    [Function("CampaignsPause"), Records(Right.Update, Collection = "campaigns")]
    [Operation("pauseCampaign"), Writes, Answers(200, typeof(Campaign))]
    public async Task<IResult> Pause(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route + "/pause")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.PauseAsync(id, options, cancellation)));

    /// <summary>Goes on where a pause has stopped, in the name of who resumes it.</summary>
    [Function("CampaignsResume"), Records(Right.Update, Collection = "campaigns")]
    [Operation("resumeCampaign"), Writes, Answers(202, typeof(Campaign)), Answers(200, typeof(Campaign))]
    public async Task<IResult> Resume(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route + "/resume")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.ResumeAsync(id, options, cancellation)));

    /// <summary>Ends it for good: who has not been sent to gets nothing.</summary>
    [Function("CampaignsCancel"), Records(Right.Update, Collection = "campaigns")]
    [Operation("cancelCampaign"), Writes, Answers(200, typeof(Campaign))]
    public async Task<IResult> Cancel(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route + "/cancel")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.CancelAsync(id, options, cancellation)));

    /// <summary>Whom a launch would reach, and what they would read.</summary>
    [Function("CampaignsPreview"), Records(Right.Read, Collection = "campaigns")]
    [Operation("previewCampaign"), Answers(200, typeof(Preview)), Fails(422)]
    public async Task<IResult> Preview(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Route + "/preview")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var seen = await request.ReadOptions().ThenAsync(_ => preview.RunAsync(id, cancellation));
        return seen.Failed ? Problems.From(seen.Error) : Results.Json(seen.Value, CrmJson.Options);
    }

    /// <summary>What has come of it by now.</summary>
    [Function("CampaignsEffect"), Records(Right.Read, Collection = "campaigns")]
    [Operation("readCampaignEffect"), Answers(200, typeof(CampaignEffect))]
    public async Task<IResult> Effect(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Route + "/effect")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var measured = await request.ReadOptions().ThenAsync(_ => effects.ReadAsync(id, cancellation));
        return measured.Failed ? Problems.From(measured.Error) : Results.Json(measured.Value, CrmJson.Options);
    }

    /// <summary>Who was sent what, and what became of it.</summary>
    [Function("CampaignsRecipients"), Records(Right.Read, Collection = "campaigns")]
    [Operation("listCampaignRecipients"), Query("status", "Recipients of this status alone.", Type = typeof(RecipientStatus)), Paged, Answers(200, typeof(RecipientPage))]
    public async Task<IResult> Recipients(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Route + "/recipients")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var page = await recipients.ListAsync(id, request, cancellation);
        return page.Failed ? Problems.From(page.Error) : page.Value;
    }

    /// <summary>Sends the campaign's messages to one address, for somebody to look at.</summary>
    [Function("CampaignsTest"), Records(Right.Update, Collection = "campaigns")]
    [Operation("testCampaign"), Takes(typeof(TestBody), MediaTypes.Json, MediaTypes.Form), Answers(200, typeof(TestReply))]
    public async Task<IResult> Test(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route + "/test")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var sent = await request.ReadTextsAsync<TestBody>(cancellation)
            .ThenAsync(fields => test.RunAsync(id, fields["to"]!, fields["partyType"], fields["partyId"], cancellation));
        return sent.Failed ? Problems.From(sent.Error) : Results.Json(new TestReply(sent.Value), CrmJson.Options);
    }
}
