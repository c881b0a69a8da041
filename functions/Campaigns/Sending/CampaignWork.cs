using Crm.History;

namespace Crm.Campaigns.Sending;

/// <summary>What the messages of the queue of campaigns ask for. Each may come any number of times, in any order.</summary>
public sealed class CampaignWork(StartCampaign start, ExpandCampaign expand, SendShard send)
{
    public const string Scheduled = "campaign.scheduled";

    /// <summary>Events that have something follow.</summary>
    public static IReadOnlyList<string> Handled { get; } = [Scheduled, "campaign.started", "campaign.resumed", "campaign.cancelled", "campaign.failed"];

    /// <summary>Does what follows from an event.</summary>
    public Task HandleAsync(EventMessage message, CancellationToken cancellation) => message.Type == Scheduled
        ? start.ScheduleAsync(message.TenantId, message.RecordId, cancellation)
        : start.GoOnAsync(message.TenantId, message.RecordId, cancellation);

    /// <summary>Does a step of a campaign.</summary>
    /// <param name="again">It has been delivered before.</param>
    public Task HandleAsync(CampaignStep step, bool again, CancellationToken cancellation) => step.Part switch
    {
        CampaignStep.Start => start.RunAsync(step, cancellation),
        CampaignStep.Expansion => expand.RunAsync(step, again, cancellation),
        _ => send.RunAsync(step, again, cancellation),
    };
}
