using System.Security.Cryptography;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Crm.Access;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Crm.Platform.Messaging;
using Crm.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Crm.Webhooks.Inbound;

/// <summary>
/// Takes an event in: whoever gets 202 may forget it. It is stored, then queued; cut short in between, it is sent again, meets itself, and is queued.
/// Before the signature is known to be good, an answer says nothing but that it is not.
/// </summary>
public sealed class ReceiveEvent(
    EntityCatalog catalog, RecordStore records, WebhookSecrets secrets, InboundEvents events, AccessReader access, RateLimits limits,
    [FromKeyedServices(Queues.InboundWebhooks)] ServiceBusSender queue, CallContext call, TimeProvider time)
{
    /// <summary>An event is one document.</summary>
    private const int MostKilobytes = 512;

    /// <summary>An id that nothing has.</summary>
    private const string Nothing = "none";

    /// <summary>No 401, which would have to say how to sign in.</summary>
    private static readonly BadRequest Unsigned = new("not-signed", "There is no such webhook, or the request is not signed with its secret.");
    private static readonly BadRequest Stale = new("stale", "The timestamp that is signed is more than five minutes from now. Sign with the time of sending, and set the clock.");
    private static readonly Busy Paused = new("The webhook is paused. Send the event again later.", TimeSpan.FromHours(1));
    private static readonly Busy NoQueue = new("The queue does not answer. Send the event again.", TimeSpan.FromSeconds(5));

    /// <summary>In place of the secret of a webhook that is not there: so that finding this out takes as long.</summary>
    private static readonly string NoSecret = Signature.NewSecret();

    /// <param name="address">The last segment of <see cref="InboundWebhook.Path"/>: tenant and id.</param>
    public async Task<Result<InboundReceipt>> RunAsync(string address, HttpRequest request, CancellationToken cancellation)
    {
        var body = await request.ReadBodyAsync(Math.Min(MostKilobytes, request.Limits().BodyKilobytes), cancellation);
        if (body.Failed)
            return body.Error;

        var (tenantId, webhook) = await FindAsync(address, cancellation);
        var secret = await secrets.FindAsync(tenantId, webhook?.SecretId ?? Nothing, cancellation);
        if (!SignatureCheck.IsSigned(webhook?.Signature ?? new(), secret?.Live(time.GetUtcNow()) ?? [NoSecret], request.Headers, body.Value) || webhook is null || secret is null)
            return Unsigned;

        if (SignatureCheck.IsStale(webhook.Signature, request.Headers, time.GetUtcNow()))
            return Stale;
        if (limits.Take($"{tenantId}/{webhook.Id}", tenantId, request.HttpContext.Response.Headers) is { } limited)
            return limited;
        if (await access.TenantAsync(tenantId) is not { Status: not TenantStatus.Suspended } || webhook.Status == InboundWebhookStatus.Paused)
            return Paused;

        var read = Read(tenantId, webhook, request, body.Value);
        return read.Failed ? read.Error : await TakeAsync(read.Value, webhook, body.Value, cancellation);
    }

    private async Task<(string TenantId, InboundWebhook? Webhook)> FindAsync(string address, CancellationToken cancellation)
    {
        var type = catalog.Of<InboundWebhook>();
        var (tenantId, id) = address.Split('.') is [{ Length: > 0 } first, { Length: > 0 } second] && Secret.IsPlain(first) && Secret.IsPlain(second) ? (first, second) : (Nothing, Nothing);
        var stored = await records.ReadLatestAsync(new RecordKey(tenantId, type.Collection, id), cancellation);
        return (tenantId, stored is { IsTombstone: false } ? (InboundWebhook)type.Deserialize(stored.Data) : null);
    }

    private Result<InboundEvent> Read(string tenantId, InboundWebhook webhook, HttpRequest request, ReadOnlyMemory<byte> body)
    {
        var media = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? type.MediaType.Value! : "";
        var isForm = media.Equals(MediaTypes.Form, StringComparison.OrdinalIgnoreCase);
        if (!isForm && !media.Equals(MediaTypes.Json, StringComparison.OrdinalIgnoreCase) && !media.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
            return new UnsupportedMediaType(MediaTypes.Json);

        var json = EventBody.Read(body, isForm, request.Limits());
        if (json.Failed)
            return json.Error;

        var senderId = SenderId(webhook, request.Headers, json.Value);
        return InboundEvent.New(tenantId, webhook, senderId is null ? $"body {Digest(body)}" : $"id {senderId}", senderId, body, isForm, time.GetUtcNow());
    }

    private async Task<Result<InboundReceipt>> TakeAsync(InboundEvent received, InboundWebhook webhook, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var first = HasUnsignedId(webhook) ? await events.FirstWithBodyAsync(received, Digest(body), cancellation) : received.Id;
        if (first != received.Id && await events.FindAsync(received.TenantId, webhook.Id, first, cancellation) is not null)
            return new InboundReceipt(first, Repeated: true);

        var isNew = await events.CreateAsync(received, cancellation);
        if (!isNew && await events.FindAsync(received.TenantId, webhook.Id, received.Id, cancellation) is { Document.State: not InboundState.Received })
            return new InboundReceipt(received.Id, Repeated: true);

        try
        {
            await queue.SendMessageAsync(InboundMessage.Of(received, call.TraceParent).ToMessage(), cancellation);
            return new InboundReceipt(received.Id, Repeated: !isNew);
        }
        catch (ServiceBusException)
        {
            return NoQueue;
        }
    }

    private static string? SenderId(InboundWebhook webhook, IHeaderDictionary headers, JsonElement body)
    {
        var named = webhook.EventId ?? (webhook.Signature.Scheme == InboundScheme.StandardWebhooks ? SignatureCheck.IdHeader : null);
        var id = named switch
        {
            null => null,
            ['/', ..] => Texts.Of(JsonPointer.Parse(named).Find(body)),
            _ => headers[named].ToString(),
        };
        return id is { Length: > 0 } ? id : null;
    }

    /// <summary>Whether the id is in a header that no signature covers.</summary>
    private static bool HasUnsignedId(InboundWebhook webhook) => webhook.EventId is { } named && named[0] != '/'
        && !(webhook.Signature.Scheme == InboundScheme.StandardWebhooks && named.Equals(SignatureCheck.IdHeader, StringComparison.OrdinalIgnoreCase));

    private static string Digest(ReadOnlyMemory<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body.Span));
}

/// <summary>That an event is in safe hands.</summary>
/// <param name="Repeated">It had been sent before.</param>
public sealed record InboundReceipt(string Id, bool Repeated);
