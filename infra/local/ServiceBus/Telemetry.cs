using System.Diagnostics;
using Azure.Messaging.ServiceBus;

namespace Crm.Local.ServiceBus;

/// <summary>Carries the trace of the sender to the receiver, in the application properties that Azure's clients use for it.</summary>
internal static class Telemetry
{
    public const string DiagnosticId = "Diagnostic-Id";
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    public static IReadOnlyList<string> Properties { get; } = [DiagnosticId, TraceParent, TraceState];

    /// <summary>Notes the current activity on a message that has none yet.</summary>
    public static void Stamp(ServiceBusMessage message)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } current || message.ApplicationProperties.ContainsKey(DiagnosticId)) return;
        message.ApplicationProperties[DiagnosticId] = id;
        message.ApplicationProperties[TraceParent] = id;
        if (current.TraceStateString is { } state) message.ApplicationProperties[TraceState] = state;
    }

    public static string? ParentOf(ServiceBusReceivedMessage message) => message.ApplicationProperties.TryGetValue(DiagnosticId, out var id) ? id as string : null;

    public static string? StateOf(ServiceBusReceivedMessage message) => message.ApplicationProperties.TryGetValue(TraceState, out var state) ? state as string : null;
}
