using System.Security.Cryptography;
using System.Text;

namespace Crm.Local.Cosmos.Wire;

/// <summary>Checks the <c>authorization</c> header: an HMAC of verb, resource and date under the account key.</summary>
internal sealed class MasterKeySignature
{
    /// <summary>A valid one has about ninety characters, as many again when they are escaped.</summary>
    private const int LongestHeader = 512;
    private const int MostOnStack = 1024;

    private readonly byte[] _key;

    /// <exception cref="FormatException">The key is not base64.</exception>
    public MasterKeySignature(string accountKey)
    {
        CheckKey(accountKey);
        _key = Convert.FromBase64String(accountKey);
    }

    /// <exception cref="FormatException">The key is not base64.</exception>
    public static void CheckKey(string accountKey)
    {
        if (string.IsNullOrEmpty(accountKey) || !Convert.TryFromBase64String(accountKey, new byte[accountKey.Length], out _))
            throw new FormatException("it must be base64.");
    }

    public bool IsValid(WireRequest request, string[] segments)
    {
        var header = request.Header("authorization");
        var date = request.Header("x-ms-date") ?? request.Header("date");
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (header is null || date is null || !TryReadSignature(header, signature))
            return false;
        var feed = segments.Length % 2 == 1;
        var type = segments.Length == 0 ? "" : feed ? segments[^1] : segments[^2];
        var link = string.Join('/', feed ? segments[..^1] : segments);
        if (Matches(signature, request.Method, type, link, date))
            return true;
        // Addressed by resource id, the SDK signs that id alone, in lower case.
        var id = feed ? segments.ElementAtOrDefault(segments.Length - 2) : segments.LastOrDefault();
        return id is not null && Matches(signature, request.Method, type, id.ToLowerInvariant(), date);
    }

    private static bool TryReadSignature(string header, Span<byte> signature)
    {
        const string prefix = "type=master&ver=1.0&sig=";
        Span<char> text = stackalloc char[LongestHeader];
        return Uri.TryUnescapeDataString(header, text, out var length)
            && text[..length].StartsWith(prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64Chars(text[prefix.Length..length], signature, out var written) && written == signature.Length;
    }

    private bool Matches(ReadOnlySpan<byte> signature, string verb, string type, string link, string date)
    {
        var most = Encoding.UTF8.GetMaxByteCount(verb.Length + type.Length + link.Length + date.Length + 5);
        var payload = most <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[most];
        var length = 0;
        Append(payload, ref length, verb, inLowerCase: true);
        Append(payload, ref length, type, inLowerCase: true);
        Append(payload, ref length, link, inLowerCase: false);
        Append(payload, ref length, date, inLowerCase: true);
        payload[length++] = (byte)'\n';
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, payload[..length], expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature);
    }

    /// <summary>A line of what is signed. What is in lower case is ASCII: verbs, types and dates.</summary>
    private static void Append(Span<byte> payload, ref int length, string line, bool inLowerCase)
    {
        var written = payload.Slice(length, Encoding.UTF8.GetBytes(line, payload[length..]));
        if (inLowerCase) Ascii.ToLowerInPlace(written, out _);
        length += written.Length;
        payload[length++] = (byte)'\n';
    }
}
