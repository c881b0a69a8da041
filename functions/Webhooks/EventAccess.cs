using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Webhooks;

/// <summary>Who may be told of an event.</summary>
internal static class EventAccess
{
    /// <summary>Whether somebody may read the record of an event, as it was then and as it is now.</summary>
    /// <param name="state">As the event left it; null where that cannot be told any more.</param>
    public static bool Allows(this Permissions permissions, EntityType type, StoredRecord stored, [NotNullWhen(true)] JsonObject? state) =>
        state is not null
        && permissions.Allows(Right.Read, type.Collection, JsonSerializer.SerializeToElement(state, CrmJson.Options))
        && (stored.IsTombstone || permissions.Allows(Right.Read, type.Collection, stored.Data));
}
