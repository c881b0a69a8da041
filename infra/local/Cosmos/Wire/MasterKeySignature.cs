using System.Security.Cryptography;
using System.Text;

namespace Crm.Local.Cosmos.Wire;

/// <summary>Checks the <c>authorization</c> header: an HMAC of verb, resource and date under the account key.</summary>
internal sealed class MasterKeySignature
{
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
        if (header is null || date is null || !TryReadSignature(header, out var signature))
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

    private static bool TryReadSignature(string header, out byte[] signature)
    {
        signature = [];
        const string prefix = "type=master&ver=1.0&sig=";
        var text = Uri.UnescapeDataString(header);
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
            return false;
        var buffer = new byte[HMACSHA256.HashSizeInBytes];
        if (!Convert.TryFromBase64Chars(text.AsSpan(prefix.Length), buffer, out var written) || written != buffer.Length)
            return false;
        signature = buffer;
        return true;
    }

    private bool Matches(ReadOnlySpan<byte> signature, string verb, string type, string link, string date)
    {
        var payload = Encoding.UTF8.GetBytes(
            $"{verb.ToLowerInvariant()}\n{type.ToLowerInvariant()}\n{link}\n{date.ToLowerInvariant()}\n\n");
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, payload, expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature);
    }
}
