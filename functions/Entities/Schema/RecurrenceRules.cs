using System.Text.RegularExpressions;
using Ical.Net.DataTypes;

namespace Crm.Entities.Schema;

/// <summary>Recurrence rules (RFC 5545, section 3.3.10).</summary>
internal static partial class RecurrenceRules
{
    /// <summary>The rule with its parts in their usual order, or null where it is none.</summary>
    public static string? Normalize(string text)
    {
        // The library passes over repeated and empty parts and over dates that are none; to the sender they would seem accepted.
        var parts = text.ToUpperInvariant().Split(';').Select(part => part.Split('=')).ToList();
        if (!parts.TrueForAll(part => part is [_, { Length: > 0 }]) || parts.DistinctBy(part => part[0]).Count() != parts.Count)
            return null;
        if (parts.Find(part => part[0] == "UNTIL") is [_, var until] && !Date().IsMatch(until))
            return null;

        try
        {
            var rule = new RecurrencePattern(text);
            var untilKept = rule.Until is not null || !parts.Exists(part => part[0] == "UNTIL");
            return untilKept ? rule.ToString() : null;
        }
        catch (Exception invalid) when (invalid is ArgumentException or FormatException or OverflowException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^\d{8}(T\d{6}Z?)?$")]
    private static partial Regex Date();
}
