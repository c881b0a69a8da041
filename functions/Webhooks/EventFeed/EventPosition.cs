using System.Globalization;
using System.Text;
using Crm.Platform.Paging;

namespace Crm.Webhooks.EventFeed;

/// <summary>A place in a tenant's event log: behind so many events of a segment.</summary>
public readonly record struct EventPosition(long Segment, int Events)
{
    private const string Use = "events";

    /// <summary>Where a log begins.</summary>
    public static EventPosition Start { get; } = new(1, 0);

    /// <summary>As callers keep it: theirs to send back, and nobody's to make up. It is their tenant's, whoever of it sends it.</summary>
    public string Write(SignedTexts texts, string tenantId) =>
        texts.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Segment}.{Events}")), Use, tenantId);

    /// <summary>Null where the text is no position of the tenant's.</summary>
    public static EventPosition? Read(string text, SignedTexts texts, string tenantId) =>
        texts.Read(text, Use, tenantId) is { } payload && Encoding.ASCII.GetString(payload).Split('.') is [var segment, var events]
            ? new EventPosition(long.Parse(segment, CultureInfo.InvariantCulture), int.Parse(events, CultureInfo.InvariantCulture))
            : null;
}
