using System.Diagnostics.Metrics;

namespace Crm.Platform;

/// <summary>The meter of everything the app counts.</summary>
internal static class CrmMeter
{
    public const string Name = "Crm";

    public static Meter Meter { get; } = new(Name);
}
