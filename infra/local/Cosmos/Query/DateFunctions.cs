using System.Globalization;

namespace Crm.Local.Cosmos.Query;

/// <summary>Functions on dates: ISO 8601 text in UTC, milliseconds or ticks (100 ns) since 1970. Undefined for anything else.</summary>
internal static class DateFunctions
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd",
    ];

    public static IEnumerable<(string Name, int Least, int Most, Function Function)> All =>
    [
        .. Now("GETCURRENTDATETIME", now => Text(now.UtcDateTime)),
        .. Now("GETCURRENTTIMESTAMP", now => Value.Of(now.ToUnixTimeMilliseconds())),
        .. Now("GETCURRENTTICKS", now => Value.Of(now.UtcTicks - DateTime.UnixEpoch.Ticks)),
        ("DATETIMEADD", 3, 3, Add),
        ("DATETIMEDIFF", 3, 3, Difference),
        ("DATETIMEPART", 2, 2, Part),
        ("DATETIMEFROMPARTS", 3, 7, FromParts),
        ("DATETIMETOTICKS", 1, 1, a => TryRead(a[0], out var date) ? Value.Of(date.Ticks - DateTime.UnixEpoch.Ticks) : default),
        ("DATETIMETOTIMESTAMP", 1, 1, a => TryRead(a[0], out var date) ? Value.Of((date.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond) : default),
        ("TICKSTODATETIME", 1, 1, a => FromTicks(a[0], 1)),
        ("TIMESTAMPTODATETIME", 1, 1, a => FromTicks(a[0], TimeSpan.TicksPerMillisecond)),
    ];

    private static IEnumerable<(string, int, int, Function)> Now(string name, Func<DateTimeOffset, Value> read) =>
        [(name, 0, 0, a => read(a.Now)), (name + "STATIC", 0, 0, a => read(a.Now))];

    private static Value Text(DateTime date) => Value.Of(date.ToString(Format, CultureInfo.InvariantCulture));

    private static bool TryRead(in Value value, out DateTime date)
    {
        date = default;
        return value.Kind == ValueKind.String
            && DateTime.TryParseExact(
                value.Text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out date);
    }

    private static Value FromTicks(in Value value, long unit)
    {
        if (value.Kind != ValueKind.Number || !Bits.TryWhole(value.Number, out _)) return default;
        var ticks = value.Number * unit + DateTime.UnixEpoch.Ticks;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? Text(new DateTime((long)ticks, DateTimeKind.Utc)) : default;
    }

    private static string? Unit(in Value value) => value.Kind != ValueKind.String ? null : value.Text.ToLowerInvariant() switch
    {
        "year" or "yyyy" or "yy" => "year",
        "month" or "mm" or "m" => "month",
        "day" or "dd" or "d" => "day",
        "hour" or "hh" => "hour",
        "minute" or "mi" or "n" => "minute",
        "second" or "ss" or "s" => "second",
        "millisecond" or "ms" => "millisecond",
        "microsecond" or "mcs" => "microsecond",
        "nanosecond" or "ns" => "nanosecond",
        "weekday" or "dw" => "weekday",
        _ => null,
    };

    private static long? Ticks(string unit) => unit switch
    {
        "day" => TimeSpan.TicksPerDay,
        "hour" => TimeSpan.TicksPerHour,
        "minute" => TimeSpan.TicksPerMinute,
        "second" => TimeSpan.TicksPerSecond,
        "millisecond" => TimeSpan.TicksPerMillisecond,
        "microsecond" => TimeSpan.TicksPerMicrosecond,
        _ => null,
    };

    private static Value Add(Arguments arguments)
    {
        var unit = Unit(arguments[0]);
        var amount = arguments[1];
        if (unit is null || amount.Kind != ValueKind.Number || !Bits.TryWhole(amount.Number, out var count) || !TryRead(arguments[2], out var date)) return default;
        try
        {
            return unit switch
            {
                "year" => Text(date.AddYears(checked((int)count))),
                "month" => Text(date.AddMonths(checked((int)count))),
                "nanosecond" => Text(date.AddTicks((long)Math.Round(count / (double)TimeSpan.NanosecondsPerTick, MidpointRounding.AwayFromZero))),
                _ when Ticks(unit) is { } ticks => Text(date.AddTicks(checked(count * ticks))),
                _ => default,
            };
        }
        catch (Exception exception) when (exception is ArgumentOutOfRangeException or OverflowException)
        {
            return default;
        }
    }

    /// <summary>Boundaries crossed, not full units elapsed: from 23:59 to 00:01 is one day.</summary>
    private static Value Difference(Arguments arguments)
    {
        if (Unit(arguments[0]) is not { } unit || !TryRead(arguments[1], out var start) || !TryRead(arguments[2], out var end)) return default;
        return unit switch
        {
            "year" => Value.Of(end.Year - start.Year),
            "month" => Value.Of(((end.Year - start.Year) * 12) + end.Month - start.Month),
            "nanosecond" => Value.Of((end.Ticks - start.Ticks) * (double)TimeSpan.NanosecondsPerTick),
            _ when Ticks(unit) is { } ticks => Value.Of((end.Ticks / ticks) - (start.Ticks / ticks)),
            _ => default,
        };
    }

    private static Value Part(Arguments arguments)
    {
        if (Unit(arguments[0]) is not { } unit || !TryRead(arguments[1], out var date)) return default;
        return Value.Of(unit switch
        {
            "year" => date.Year,
            "month" => date.Month,
            "day" => date.Day,
            "hour" => date.Hour,
            "minute" => date.Minute,
            "second" => date.Second,
            "millisecond" => date.Millisecond,
            "microsecond" => date.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond,
            "nanosecond" => date.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
            _ => (int)date.DayOfWeek,
        });
    }

    private static Value FromParts(Arguments arguments)
    {
        Span<int> parts = [1, 1, 1, 0, 0, 0, 0];
        for (var i = 0; i < arguments.Count; i++)
        {
            var part = arguments[i];
            if (part.Kind != ValueKind.Number || !Bits.TryWhole(part.Number, out var whole) || whole is < 0 or > 9_999_999) return default;
            parts[i] = (int)whole;
        }

        try
        {
            return Text(new DateTime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], DateTimeKind.Utc).AddTicks(parts[6]));
        }
        catch (ArgumentOutOfRangeException)
        {
            return default;
        }
    }
}
