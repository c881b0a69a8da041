using System.Text.Json;
using Crm.Access;
using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform.Auth;
using Crm.Platform.Json;
using Crm.Query;
using Crm.Tenants;

namespace Crm.Webhooks;

/// <summary>What there is to send of an event.</summary>
public enum EventState
{
    /// <summary>Its body.</summary>
    Ready,

    /// <summary>Nothing yet: its change cannot be seen from here.</summary>
    NotYet,

    /// <summary>Nothing: the owner may not read the record, then or now, or is no active user any more.</summary>
    Unreadable,

    /// <summary>Nothing: the webhook leaves it out.</summary>
    Unwanted,

    /// <summary>Nothing: the owner may not read what the filter names, or the record has no such field.</summary>
    BadFilter,
}

/// <param name="Body">Null unless it is ready.</param>
public readonly record struct EventReading(EventState State, byte[]? Body = null);

/// <summary>Events for webhooks: cut to what the owner may read, and left out where the webhook's filter or fields do not ask for them.</summary>
public sealed class WebhookEvents(EntityCatalog catalog, RecordStore records, PastStates past, ChangeLog log, AccessReader access, RecordFilters filters)
{
    public async Task<EventReading> ReadAsync(Webhook webhook, DeliveryMessage message, CancellationToken cancellation)
    {
        if (await PermissionsAsync(webhook, message.TenantId, cancellation) is not { } permissions)
            return new(EventState.Unreadable);
        if (message.Event is not { } sent)
            return new(EventState.Ready, CloudEvents.Of(message));
        if (catalog.Exposed(sent.Entity) is not { } type || permissions.Scope(Right.Read, sent.Entity) == GrantScope.None)
            return new(EventState.Unreadable);

        var (reading, finding) = (records.ReadLatestAsync(sent.Key, cancellation), log.FindAsync(sent.Key, sent.Version, cancellation));
        await Task.WhenAll(reading, finding);
        if (await reading is not { } stored || stored.Version < sent.Version || await finding is not { } document)
            return new(EventState.NotYet);

        var change = document.Deserialize<Change>(CrmJson.Options)!;
        var state = await past.AtVersionAsync(type, sent.Key, stored, change.Action == Change.Delete ? sent.Version - 1 : sent.Version, cancellation);
        if (!permissions.Allows(type, stored, state))
            return new(EventState.Unreadable);

        var hidden = permissions.Hidden(sent.Entity);
        if (!webhook.IsTouchedBy(change.Fields.Where(field => !hidden.Contains(field))))
            return new(EventState.Unwanted);

        return (webhook.Filter is null ? true : filters.Meets(type.SeenBy(permissions), webhook.Filter, JsonSerializer.SerializeToElement(state, CrmJson.Options))) switch
        {
            null => new(EventState.BadFilter),
            false => new(EventState.Unwanted),
            true => new(EventState.Ready, CloudEvents.Of(sent, change, state!, hidden)),
        };
    }

    private async Task<Permissions?> PermissionsAsync(Webhook webhook, string tenantId, CancellationToken cancellation) =>
        webhook.OwnerId is { } owner
        && await access.TenantAsync(tenantId) is { Status: not TenantStatus.Suspended } tenant
        && await access.UserAsync(tenant, tenantId, owner, cancellation) is { User.Status: UserStatus.Active } user
            ? user.Permissions
            : null;
}
