using System.Text.Json.Nodes;
using Crm.Access;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Entities.Writing;

namespace Crm.Webhooks;

/// <summary>A new webhook, out or in, gets its secret; one that is switched on again has not failed yet.</summary>
public sealed class WebhookSteps(WebhookSecrets secrets) : IWriteStep
{
    private const string Active = "active";

    private string? _made;

    public bool Concerns(EntityType type) => type.Record == typeof(Webhook) || type.Record == typeof(InboundWebhook);

    public void Fill(EntityType type, RecordKey key, JsonObject created, WriteContext context)
    {
        _made = Signature.NewSecret();
        created["secretId"] = Secret.NewId();
        context.ShowOnce("secret", _made);
    }

    /// <summary>The secret is there before its webhook. A create that is cut short in between leaves one that no webhook names, and its repetition makes another.</summary>
    public async Task PrepareAsync(EntityType type, RecordKey key, JsonObject? before, JsonObject? after, CancellationToken cancellation)
    {
        if (before is null && _made is not null)
            await secrets.CreateAsync(key.TenantId, (string)after!["secretId"]!, _made, cancellation);
        else if (before is not null && (string?)before["status"] != Active && (string?)after?["status"] == Active)
            await secrets.WorksAsync(key.TenantId, (string)after["secretId"]!, cancellation);
    }

    public void Committed(RecordKey key)
    {
    }
}
