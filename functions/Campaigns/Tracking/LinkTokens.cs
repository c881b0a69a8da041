using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Crm.Campaigns.Tracking;

/// <summary>What a link in a mail does. The numbers are in mails that were sent: none gets another meaning.</summary>
public enum LinkKind : byte
{
    Open = 1,
    Click = 2,
    Unsubscribe = 3,
    Confirm = 4,
}

/// <summary>
/// Writes and reads what stands in the links of mails: a kind and some texts, signed, so that whoever has the link may do what it is for, without signing in, and
/// nothing else. It is no secret: ids, and a target that whoever follows the link sees anyway.
/// </summary>
public sealed class LinkTokens(IOptions<TrackingSettings> settings)
{
    /// <summary>Half of HMAC-SHA256 (RFC 2104, section 5): nobody guesses 128 bits, and each link of a mail is 22 characters shorter.</summary>
    private const int MacLength = HMACSHA256.HashSizeInBytes / 2;

    /// <summary>More than any link of ours has; nothing longer is looked at.</summary>
    private const int MaxLength = 6_000;

    /// <summary>Between texts; only the last of them may have it.</summary>
    private const char Separator = '\0';

    private readonly IReadOnlyList<byte[]> _keys = settings.Value.Keys;

    public string Write(LinkKind kind, params string[] parts)
    {
        byte[] payload = [(byte)kind, .. Encoding.UTF8.GetBytes(string.Join(Separator, parts))];
        return Base64Url.EncodeToString([.. Mac(_keys[0], payload), .. payload]);
    }

    /// <summary>The texts that were written; null for whatever is not a token of ours: whole, of this kind, and of so many texts.</summary>
    public string[]? Read(LinkKind kind, string token, int count)
    {
        if (token.Length > MaxLength)
            return null;

        // The decoder forgives white space and padding; one token has one spelling.
        var bytes = new byte[Base64Url.GetMaxDecodedLength(token.Length)];
        if (Base64Url.DecodeFromChars(token, bytes, out _, out var length) != OperationStatus.Done || length <= MacLength
            || Base64Url.EncodeToString(bytes.AsSpan(0, length)) != token)
            return null;

        var (mac, payload) = (bytes.AsMemory(0, MacLength), bytes.AsMemory(MacLength..length));
        var signed = _keys.Any(key => CryptographicOperations.FixedTimeEquals(Mac(key, payload.Span), mac.Span));
        return signed && payload.Span[0] == (byte)kind && Encoding.UTF8.GetString(payload.Span[1..]).Split(Separator, count) is { } parts && parts.Length == count
            ? parts
            : null;
    }

    private static byte[] Mac(byte[] key, ReadOnlySpan<byte> payload) => HMACSHA256.HashData(key, payload)[..MacLength];
}
