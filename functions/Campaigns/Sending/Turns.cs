using System.Net;
using Azure.Messaging.ServiceBus;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Crm.Platform.Messaging;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Campaigns.Sending;

/// <summary>
/// The expansion and each shard are worked on by a chain of messages, one at a time: each does a part and sends the next. The part's document has the number
/// of the message whose turn it is. The number goes up before the next message is sent, so that of two that do the same turn one goes on; the message
/// of the turn before, when it comes again, sends the next one once more, so that a crash between the two loses nothing.
/// </summary>
public sealed class Turns(CrmContainers containers, CampaignTotals totals, RequestCharge charge, [FromKeyedServices(Queues.CampaignSends)] ServiceBusSender queue, TimeProvider time)
{
    /// <summary>Whether it is the turn of a message.</summary>
    /// <param name="turn">Whose turn it is, as the part's document says.</param>
    /// <param name="turnAt">And when.</param>
    /// <param name="again">The message has been delivered before.</param>
    public async Task<bool> IsOnAsync(CampaignStep step, int turn, DateTimeOffset turnAt, bool again, CancellationToken cancellation)
    {
        if (step.Turn == turn)
            return true;
        if (again && step.Turn == turn - 1)
            await SendAsync(step with { Turn = turn, At = turnAt, Permits = null }, cancellation);
        return false;
    }

    /// <summary>Ends a turn and sends the message of the next; false where somebody else has.</summary>
    /// <param name="changes">What the turn has changed in the part's document, with it.</param>
    public async Task<bool> NextAsync(CampaignStep step, DateTimeOffset at, int? permits, CancellationToken cancellation, params IReadOnlyList<PatchOperation> changes)
    {
        var next = step with { Turn = step.Turn + 1, At = at, Permits = permits };
        if (!await PatchAsync(step, [PatchOperation.Set("/turn", next.Turn), PatchOperation.Set("/turnAt", UtcTimeConverter.Format(at)), .. changes], cancellation))
            return false;

        await SendAsync(next, cancellation);
        return true;
    }

    /// <summary>Changes a part's document within a turn; false where the turn is over.</summary>
    public async Task<bool> PatchAsync(CampaignStep step, IReadOnlyList<PatchOperation> changes, CancellationToken cancellation)
    {
        var options = new PatchItemRequestOptions { FilterPredicate = FormattableString.Invariant($"FROM c WHERE c.turn = {step.Turn}"), EnableContentResponseOnWrite = false };
        var (id, shard) = step.Part == CampaignStep.Expansion ? (CampaignStep.Expansion, PlanDocument.PlanShard) : (ShardTotals.DocumentId, step.Part);
        using var response = await containers.Sends.PatchItemStreamAsync(id, RecipientKey.PartitionOf(step.TenantId, step.CampaignId, shard), changes, options, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound)
            return false;

        response.EnsureSuccessStatusCode();
        return true;
    }

    /// <summary>Has every shard sent to, or closed where the campaign has ended.</summary>
    public async Task WakeShardsAsync(string tenantId, string campaignId, CancellationToken cancellation)
    {
        foreach (var shard in await totals.ShardsAsync(tenantId, campaignId, cancellation))
            await WakeAsync(tenantId, campaignId, shard.Shard, shard.Turn, cancellation);
    }

    /// <summary>Begins a chain, in place of one that there may be. Does nothing where there is no such part.</summary>
    public async Task WakeAsync(string tenantId, string campaignId, string part, int turn, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await NextAsync(new CampaignStep(tenantId, campaignId, part, turn, now), now, permits: null, cancellation);
    }

    private Task SendAsync(CampaignStep step, CancellationToken cancellation) => step.At > time.GetUtcNow()
        ? queue.ScheduleMessageAsync(step.ToMessage(), step.At, cancellation)
        : queue.SendMessageAsync(step.ToMessage(), cancellation);
}
