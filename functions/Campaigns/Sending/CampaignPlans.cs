using System.Net;
using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Campaigns.Sending;

/// <summary>Writes down what a campaign goes by when it begins, and reads it. What is there already stays: a campaign begins once.</summary>
public sealed class CampaignPlans(EntityCatalog catalog, RecordStore records, CrmContainers containers, CampaignTotals totals, RequestCharge charge)
{
    private static readonly ItemRequestOptions Latest = new() { ConsistencyLevel = ConsistencyLevel.Strong };

    /// <summary>Segments and messages as they are now, and a document of totals for each shard.</summary>
    public async Task FreezeAsync(string tenantId, Campaign campaign, CancellationToken cancellation)
    {
        if (await ExpansionAsync(tenantId, campaign.Id, cancellation) is not null)
            return;

        var startedAt = campaign.StartedAt ?? throw new InvalidOperationException($"The campaign {campaign.Id} has not begun.");
        var wanted = campaign.ExcludeSegmentIds.Concat(campaign.SegmentIds).Select(id => new RecordRef(catalog.Of<Segment>().Collection, id))
            .Concat(campaign.Messages.Select(message => new RecordRef(catalog.Of<EmailTemplate>().Collection, message.TemplateId))).ToHashSet();
        var found = await records.ReadManyAsync(tenantId, wanted, cancellation);

        var segments = campaign.ExcludeSegmentIds.Select(id => (Id: id, Excluded: true)).Concat(campaign.SegmentIds.Select(id => (Id: id, Excluded: false)));
        var index = 0;
        foreach (var (id, excluded) in segments)
        {
            if (Find<Segment>(id) is { } segment)
                await CreateAsync(new PlannedSegment(tenantId, campaign.Id, index++, segment.Entity, segment.Filter, segment.MemberIds, excluded), cancellation);
        }

        foreach (var message in campaign.Messages)
        {
            if (Find<EmailTemplate>(message.TemplateId) is { } template)
                await CreateAsync(new PlannedMessage(tenantId, campaign.Id, message.Id, MessageContent.Of(message, template), Later(startedAt, message.SendAt)), cancellation);
        }

        await totals.EnsureAsync(tenantId, campaign.Id, cancellation);
        await CreateAsync(new Expansion(tenantId, campaign.Id, startedAt, index, Segment: 0, Continuation: null, Done: false, Turn: 0, startedAt), cancellation);

        T? Find<T>(string id) where T : Entity =>
            found.TryGetValue(new RecordRef(catalog.Of<T>().Collection, id), out var data) ? (T)catalog.Of<T>().Deserialize(data) : null;

        static DateTimeOffset Later(DateTimeOffset start, DateTimeOffset? wanted) => wanted > start ? wanted.Value : start;
    }

    /// <summary>Null where the campaign has not begun.</summary>
    public Task<Expansion?> ExpansionAsync(string tenantId, string campaignId, CancellationToken cancellation) =>
        FindAsync<Expansion>(tenantId, campaignId, CampaignStep.Expansion, cancellation);

    public async Task<PlannedSegment> SegmentAsync(string tenantId, string campaignId, int index, CancellationToken cancellation) =>
        await FindAsync<PlannedSegment>(tenantId, campaignId, PlannedSegment.IdOf(index), cancellation) ?? throw new InvalidOperationException($"Segment {index} of the campaign {campaignId} is not in its plan.");

    /// <summary>The messages, by their ids.</summary>
    public async Task<IReadOnlyDictionary<string, PlannedMessage>> MessagesAsync(string tenantId, string campaignId, CancellationToken cancellation)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.tenantId = @tenant AND c.campaignId = @campaign AND c.shard = @shard AND c.kind = @kind")
            .WithParameter("@tenant", tenantId).WithParameter("@campaign", campaignId).WithParameter("@shard", PlanDocument.PlanShard).WithParameter("@kind", PlannedMessage.MessageKind);
        return await containers.Sends.RowsAsync(query, PlanDocument.PartitionOf(tenantId, campaignId), charge, latest: true, cancellation)
            .Select(row => row.Deserialize<PlannedMessage>(CrmJson.Options)!)
            .ToDictionaryAsync(message => message.MessageId, cancellationToken: cancellation);
    }

    private async Task<T?> FindAsync<T>(string tenantId, string campaignId, string id, CancellationToken cancellation) where T : PlanDocument
    {
        using var response = await containers.Sends.ReadItemStreamAsync(id, PlanDocument.PartitionOf(tenantId, campaignId), Latest, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;

        response.EnsureSuccessStatusCode();
        return await JsonSerializer.DeserializeAsync<T>(response.Content, CrmJson.Options, cancellation);
    }

    private async Task CreateAsync<T>(T document, CancellationToken cancellation) where T : PlanDocument
    {
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(document, CrmJson.Options));
        using var response = await containers.Sends.CreateItemStreamAsync(body, document.Partition, cancellationToken: cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode != HttpStatusCode.Conflict)
            response.EnsureSuccessStatusCode();
    }
}
