using System.Diagnostics.Metrics;

namespace Crm.Platform.Telemetry;

/// <summary>The app's own instruments. Their names and units follow OpenTelemetry's conventions: seconds as <c>s</c>, request units as <c>{RU}</c>.</summary>
public static class CrmTelemetry
{
    /// <summary>The name that meters and sources are subscribed to by.</summary>
    public const string Name = "Crm";

    public static Meter Meter { get; } = new(Name);

    /// <summary>What one invocation asked of Cosmos, by function.</summary>
    public static Histogram<double> RequestCharge { get; } =
        Meter.CreateHistogram<double>("crm.request_charge", "{RU}", "Request units of one invocation.");
}
