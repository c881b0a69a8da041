using Crm.Campaigns.Sending;
using Crm.Entities;
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
    private const string Campaign = "api/v1/campaigns/{id}";

    [Function("CampaignsLaunch"), Records(Right.Update, Collection = "campaigns")]
    public async Task<IResult> Launch(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Campaign + "/launch")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.LaunchAsync(id, options, cancellation)));

    [Function("CampaignsUnschedule"), Records(Right.Update, Collection = "campaigns")]
    public async Task<IResult> Unschedule(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Campaign + "/unschedule")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.UnscheduleAsync(id, options, cancellation)));

    [Function("CampaignsPause"), Records(Right.Update, Collection = "campaigns")]
    public async Task<IResult> Pause(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Campaign + "/pause")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.PauseAsync(id, options, cancellation)));

    [Function("CampaignsResume"), Records(Right.Update, Collection = "campaigns")]
    public async Task<IResult> Resume(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Campaign + "/resume")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.ResumeAsync(id, options, cancellation)));

    [Function("CampaignsCancel"), Records(Right.Update, Collection = "campaigns")]
    public async Task<IResult> Cancel(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Campaign + "/cancel")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions().ThenAsync(options => actions.CancelAsync(id, options, cancellation)));

    /// <summary>Whom a launch would reach, and what they would read.</summary>
    [Function("CampaignsPreview"), Records(Right.Read, Collection = "campaigns")]
    public async Task<IResult> Preview(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Campaign + "/preview")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var seen = await request.ReadOptions().ThenAsync(_ => preview.RunAsync(id, cancellation));
        return seen.Failed ? Problems.From(seen.Error) : Results.Json(seen.Value, CrmJson.Options);
    }

    /// <summary>What has come of it by now.</summary>
    [Function("CampaignsEffect"), Records(Right.Read, Collection = "campaigns")]
    public async Task<IResult> Effect(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Campaign + "/effect")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var measured = await request.ReadOptions().ThenAsync(_ => effects.ReadAsync(id, cancellation));
        return measured.Failed ? Problems.From(measured.Error) : Results.Json(measured.Value, CrmJson.Options);
    }

    /// <summary>Who was sent what, and what became of it.</summary>
    [Function("CampaignsRecipients"), Records(Right.Read, Collection = "campaigns")]
    public async Task<IResult> Recipients(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Campaign + "/recipients")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var page = await recipients.ListAsync(id, request, cancellation);
        return page.Failed ? Problems.From(page.Error) : page.Value;
    }

    /// <summary>Sends the campaign's messages to one address, for somebody to look at.</summary>
    [Function("CampaignsTest"), Records(Right.Update, Collection = "campaigns")]
    public async Task<IResult> Test(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Campaign + "/test")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var sent = await request.ReadTextsAsync(["to", "partyType", "partyId"], cancellation)
            .ThenAsync(fields => Task.FromResult(fields.Requiring("to")))
            .ThenAsync(fields => test.RunAsync(id, fields["to"]!, fields["partyType"], fields["partyId"], cancellation));
        return sent.Failed ? Problems.From(sent.Error) : Results.Json(new { messages = sent.Value }, CrmJson.Options);
    }
}
