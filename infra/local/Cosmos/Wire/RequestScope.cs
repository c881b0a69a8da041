using System.Buffers;
using System.Globalization;
using Crm.Local.Cosmos.Query;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary>The part of a container a query or feed is about, and how much of it is wanted at once.</summary>
internal static class RequestScope
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEF");

    /// <summary>By key, by range of effective keys, or the whole container.</summary>
    /// <returns>Null when the request names none.</returns>
    public static EpkRange? Read(WireRequest request, Container container)
    {
        if (request.Header(HeaderNames.PartitionKey) is { } text)
        {
            var key = ItemRequest.Parse(text, container);
            if (key.Levels == 0 || key.Levels > container.KeyPaths.Length)
                throw new RequestException(400, 1001, "The partition key in the header does not fit the container.");
            return EpkRange.Of(Convert.ToHexString(key.Epk));
        }

        if (request.Header(HeaderNames.PartitionRangeId) is { } id && id != "0")
            throw new RequestException(400, 0, $"There is no partition range '{id}'.");
        if (request.Header(HeaderNames.StartEpk) is { } start && request.Header(HeaderNames.EndEpk) is { } end)
            return new EpkRange(Checked(start), Checked(end));
        return request.Header(HeaderNames.PartitionRangeId) is null ? null : EpkRange.All;
    }

    public static int MaxItems(WireRequest request, int ifAbsent) =>
        int.TryParse(request.Header(HeaderNames.MaxItemCount), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : ifAbsent;

    /// <summary>Upper-case digits only, as effective keys are written.</summary>
    public static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(HexDigits);

    private static string Checked(string epk)
    {
        var upper = epk.ToUpperInvariant();
        return IsHex(upper) ? upper : throw new RequestException(400, 0, "The range of effective partition keys is invalid.");
    }
}
