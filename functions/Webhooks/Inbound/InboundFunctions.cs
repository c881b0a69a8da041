using Crm.Entities;
using Crm.Entities.Types;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Webhooks.Inbound;

/// <summary>Events on their way in: received, looked at and taken up again.</summary>
public sealed class InboundFunctions(ReceiveEvent receive, InboundActions actions)
{
    /// <summary>Where to look for an event that was taken.</summary>
    /// <param name="Id">The event's.</param>
    internal sealed record Receipt(string Id);

    /// <summary>Takes an event from whoever can sign for it.</summary>
    [Function("HooksReceive"), Public]
    [Operation("receiveHook"), Takes(typeof(Stream), MediaTypes.Json, MediaTypes.Form), Answers(202, typeof(Receipt), Headers = [HeaderNames.IdempotentReplayed]), Fails(503)]
    public async Task<IResult> Receive([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "hooks/{address}")] HttpRequest request, string address, CancellationToken cancellation)
    {
        var received = await receive.RunAsync(address, request, cancellation);
        if (received.Value is { Repeated: true })
            request.HttpContext.Response.Headers[HeaderNames.IdempotentReplayed] = "true";
        return Json<Receipt>(received.Failed ? received.Error : new Receipt(received.Value.Id), StatusCodes.Status202Accepted);
    }

    /// <summary>The events of a webhook, and what became of them.</summary>
    [Function("InboundWebhooksEvents"), Records(Right.Read, Collection = InboundActions.Collection)]
    [Operation("listInboundEvents"), Paged, Query("state", "Those in this state.", Type = typeof(InboundState)), Answers(200, typeof(InboundEventPage))]
    public async Task<IResult> Events(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/inbound-webhooks/{id}/events")] HttpRequest request, string id, CancellationToken cancellation) =>
        await actions.ListAsync(id, request, cancellation) is var page && page.Failed ? Problems.From(page.Error) : page.Value;

    /// <summary>An event with its body.</summary>
    [Function("InboundWebhooksEvent"), Records(Right.Update, Collection = InboundActions.Collection)]
    [Operation("readInboundEvent"), Answers(200, typeof(InboundEventView))]
    public async Task<IResult> Event(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/inbound-webhooks/{id}/events/{eventId}")] HttpRequest request, string id, string eventId, CancellationToken cancellation) =>
        Json(request.RefuseQuery() is { } unknown ? unknown : await actions.ReadAsync(id, eventId, cancellation), StatusCodes.Status200OK);

    /// <summary>Takes up one event again.</summary>
    [Function("InboundWebhooksReplay"), Records(Right.Update, Collection = InboundActions.Collection)]
    [Operation("replayInboundEvent"), Answers(202, typeof(InboundEventView)), Fails(409)]
    public async Task<IResult> Replay(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/inbound-webhooks/{id}/events/{eventId}/replay")] HttpRequest request, string id, string eventId, CancellationToken cancellation) =>
        Json(await request.ReadOptions().ThenAsync(_ => actions.ReplayAsync(id, eventId, cancellation)), StatusCodes.Status202Accepted);

    /// <summary>Takes up all events again that failed.</summary>
    [Function("InboundWebhooksReplayFailed"), Records(Right.Update, Collection = InboundActions.Collection)]
    [Operation("replayFailedInboundEvents"), Answers(202, typeof(Replayed)), Fails(409)]
    public async Task<IResult> ReplayFailed(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/inbound-webhooks/{id}/replay-failed")] HttpRequest request, string id, CancellationToken cancellation) =>
        Json(await request.ReadOptions().ThenAsync(_ => actions.ReplayAllAsync(id, cancellation)), StatusCodes.Status202Accepted);

    /// <summary>Gives a webhook a new secret, or the one that its sender has made.</summary>
    [Function("InboundWebhooksRotateSecret"), Records(Right.Update, Collection = InboundActions.Collection)]
    [Operation("rotateInboundSecret"), Writes, Takes(typeof(SecretBody), Optional = true), Answers(200, typeof(InboundWebhook), WithSecret = true)]
    public async Task<IResult> RotateSecret(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/inbound-webhooks/{id}/rotate-secret")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadActionAsync(cancellation)
            .ThenAsync(async bound => ActionBody.Read<SecretBody>(bound.Body) is var body && body.Failed ? body.Error : await actions.RotateAsync(id, body.Value, bound.Options, cancellation)));

    private static IResult Json<T>(Result<T> result, int status) => result.Failed ? Problems.From(result.Error) : Results.Json(result.Value, CrmJson.Options, statusCode: status);
}
