using Azure.Messaging.ServiceBus;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Campaigns.Sending;

/// <summary>
/// Begins campaigns: at once where they were launched, or when the time has come that they were scheduled for. The message for that time may come early, late, twice or
/// after the schedule was changed: the campaign alone says whether it is to begin.
/// </summary>
public sealed class StartCampaign(
    CampaignStates states, CampaignPlans plans, Turns turns, Launchers launchers, IServiceScopeFactory scopes, [FromKeyedServices(Queues.CampaignSends)] ServiceBusSender queue, TimeProvider time)
{
    /// <summary>Plans the start of a scheduled campaign.</summary>
    public async Task ScheduleAsync(string tenantId, string campaignId, CancellationToken cancellation)
    {
        if (await states.ReadAsync(campaignId, cancellation) is { Status: CampaignStatus.Scheduled, StartAt: { } at })
            await queue.ScheduleMessageAsync(new CampaignStep(tenantId, campaignId, CampaignStep.Start, 0, at).ToMessage(), at, cancellation);
    }

    /// <summary>Starts a campaign that was scheduled for now. What was checked at its launch is checked again: it may be long ago.</summary>
    public async Task RunAsync(CampaignStep step, CancellationToken cancellation)
    {
        if (await states.ReadAsync(step.CampaignId, cancellation) is not { Status: CampaignStatus.Scheduled, StartAt: { } at } campaign)
            return;
        if (at > time.GetUtcNow())
        {
            if (at == step.At)
                await ScheduleAsync(step.TenantId, step.CampaignId, cancellation);
            return;
        }

        if (await launchers.FindAsync(step.TenantId, campaign, cancellation) is not { } launcher)
            await states.FailAsync(campaign.Id, Launchers.Gone, cancellation);
        else if (await RefusedAsync(campaign, launcher, cancellation) is { } refused)
            await states.FailAsync(campaign.Id, refused, cancellation);
        else
            await states.ActAsync(campaign.Id, "start", present => present.Status == CampaignStatus.Scheduled && present.StartAt == at ? present with { Status = CampaignStatus.Sending, StartedAt = time.GetUtcNow() } : present, cancellation);
    }

    /// <summary>Has a campaign that is being sent go on: from the beginning, or from where it stands.</summary>
    public async Task GoOnAsync(string tenantId, string campaignId, CancellationToken cancellation)
    {
        if (await states.ReadAsync(campaignId, cancellation) is not { StartedAt: not null } campaign)
            return;

        var open = campaign.Status is CampaignStatus.Sending or CampaignStatus.Paused;
        if (open)
            await plans.FreezeAsync(tenantId, campaign, cancellation);
        if (open && await plans.ExpansionAsync(tenantId, campaignId, cancellation) is { Done: false } expansion)
            await turns.WakeAsync(tenantId, campaignId, CampaignStep.Expansion, expansion.Turn, cancellation);
        else
            await turns.WakeShardsAsync(tenantId, campaignId, cancellation);
    }

    private async Task<string?> RefusedAsync(Campaign campaign, Caller launcher, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateScopeFor(launcher);
        var refused = await scope.ServiceProvider.GetRequiredService<LaunchChecks>().RefusedAsync(campaign, cancellation);
        return refused is Invalid invalid ? string.Join(' ', invalid.Errors.Select(error => $"{error.Pointer}: {error.Detail}.")) : refused?.Detail;
    }
}
