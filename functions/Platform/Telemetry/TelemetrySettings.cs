namespace Crm.Platform.Telemetry;

/// <summary>Where traces and metrics go. Section <c>Telemetry</c>.</summary>
public sealed record TelemetrySettings
{
    /// <summary>Print every trace and metric on the console: to look at one machine, not to run on.</summary>
    public bool Console { get; set; }
}
