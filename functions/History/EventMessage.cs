using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Crm.Entities.Changes;
using Crm.Platform.Json;

namespace Crm.History;

/// <summary>What a message on a queue says: which record had which event. What the record holds is for the handler to read.</summary>
/// <param name="Id">The same in every delivery of the event, however often it is sent, and of no other event.</param>
/// <param name="Version">Of the record: later events of it have higher ones.</param>
public sealed record EventMessage(string Id, string Type, string TenantId, string Entity, string RecordId, int Version, DateTimeOffset OccurredAt)
{
    /// <summary>The event that a change announces at a place in its list.</summary>
    public static EventMessage Of(Change change, int index) => new(
        string.Create(CultureInfo.InvariantCulture, $"{change.TenantId}/{change.Entity}/{change.RecordId}/{change.Id}/{index}"),
        change.Events[index], change.TenantId, change.Entity, change.RecordId, change.Version, change.OccurredAt);

    /// <param name="traceParent">The trace of the change, which the handler goes on with.</param>
    public ServiceBusMessage ToMessage(string? traceParent)
    {
        var message = new ServiceBusMessage(JsonSerializer.SerializeToUtf8Bytes(this, CrmJson.Options))
        {
            MessageId = Id,
            Subject = Type,
            ContentType = "application/json",
            ApplicationProperties =
            {
                ["tenantId"] = TenantId,
                ["entity"] = Entity,
                ["recordId"] = RecordId,
                ["version"] = Version,
                ["type"] = Type,
            },
        };
        if (traceParent is not null)
            message.ApplicationProperties["Diagnostic-Id"] = traceParent;
        return message;
    }
}
