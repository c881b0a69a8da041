using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Cosmos;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Crm.Platform.Messaging;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Webhooks;

/// <summary>Events on their way out: matched with webhooks, delivered, looked at and sent again.</summary>
public sealed class WebhookFunctions(MatchWebhooks match, DeliverWebhook deliver, WebhookActions actions)
{
    [Function(nameof(MatchWebhooks))]
    [ExponentialBackoffRetry(Feed.ForEver, Feed.RetryFrom, Feed.RetryUpTo)]
    public Task Match(
        [CosmosDBTrigger(Feed.Database, ContainerDeclarations.Records, Connection = Feed.Connection, LeaseContainerName = ContainerDeclarations.Leases,
            LeaseContainerPrefix = nameof(MatchWebhooks), FeedPollDelay = Feed.PollDelay, LeaseRenewInterval = Feed.LeaseRenew,
            LeaseAcquireInterval = Feed.LeaseAcquire, LeaseExpirationInterval = Feed.LeaseExpiration, StartFromBeginning = true)]
        IReadOnlyList<JsonElement> documents, CancellationToken cancellation) =>
        match.RunAsync(FeedChanges.In(documents), cancellation);

    /// <summary>Sends an event to a webhook.</summary>
    [Function(nameof(DeliverWebhook))]
    [Sends("receiveEvent", typeof(WebhookEvent), MediaTypes.CloudEvent, HeaderNames.WebhookId, HeaderNames.WebhookTimestamp, HeaderNames.WebhookSignature)]
    public Task Deliver([ServiceBusTrigger(Queues.Webhooks, Connection = Queues.Connection)] string message, CancellationToken cancellation) =>
        deliver.RunAsync(JsonSerializer.Deserialize<DeliveryMessage>(message, CrmJson.Options)!, cancellation);

    /// <summary>Sends an event that says nothing, to try the receiver.</summary>
    [Function("WebhooksPing"), Records(Right.Update, Collection = WebhookActions.Collection)]
    [Operation("pingWebhook"), Answers(202, typeof(DeliveryView)), Fails(409)]
    public async Task<IResult> Ping(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/webhooks/{id}/ping")] HttpRequest request, string id, CancellationToken cancellation) =>
        Accepted(await request.ReadOptions()
            .ThenAsync(_ => actions.PingAsync(id, cancellation)));

    /// <summary>Lists what became of the events of a webhook, newest first.</summary>
    [Function("WebhooksDeliveries"), Records(Right.Read, Collection = WebhookActions.Collection)]
    [Operation("listWebhookDeliveries"), Paged, Answers(200, typeof(DeliveryPage))]
    public async Task<IResult> Deliveries(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/webhooks/{id}/deliveries")] HttpRequest request, string id, CancellationToken cancellation) =>
        await actions.ListAsync(id, request, cancellation) is var page && page.Failed ? Problems.From(page.Error) : page.Value;

    /// <summary>Gives a webhook a new secret; the old one signs beside it for a day.</summary>
    [Function("WebhooksRotateSecret"), Records(Right.Update, Collection = WebhookActions.Collection)]
    [Operation("rotateWebhookSecret"), Writes, Answers(200, typeof(Webhook), WithSecret = true)]
    public async Task<IResult> RotateSecret(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/webhooks/{id}/rotate-secret")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions()
            .ThenAsync(options => actions.RotateAsync(id, options, cancellation)));

    /// <summary>Sends a delivery again.</summary>
    /// <param name="id">The delivery's id.</param>
    [Function("WebhooksReplay"), Records(Right.Update, Collection = WebhookActions.Collection)]
    [Operation("replayWebhookDelivery"), Answers(202, typeof(DeliveryView)), Fails(409)]
    public async Task<IResult> Replay(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/webhook-deliveries/{id}/replay")] HttpRequest request, string id, CancellationToken cancellation) =>
        Accepted(await request.ReadOptions()
            .ThenAsync(_ => actions.ReplayAsync(id, cancellation)));

    private static IResult Accepted(Result<Delivery> delivery) =>
        delivery.Failed ? Problems.From(delivery.Error) : Results.Json(delivery.Value.View, CrmJson.Options, statusCode: StatusCodes.Status202Accepted);
}
