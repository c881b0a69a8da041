using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Crm.Platform.Paging;

/// <summary>
/// Texts that callers are given and send back unchanged, such as cursors: signed, so that only our own come back, and bound to what they are for. They are not
/// encrypted.
/// </summary>
public sealed class SignedTexts(IOptions<ListOptions> options)
{
    private const int MacLength = HMACSHA256.HashSizeInBytes;

    private readonly byte[] _key = Convert.FromBase64String(options.Value.CursorKey);

    /// <param name="bound">What the text is for, part by part: it is worth nothing for anything else.</param>
    public string Write(ReadOnlySpan<byte> payload, params ReadOnlySpan<string> bound) => Base64Url.EncodeToString([.. Mac(payload, bound), .. payload]);

    /// <summary>What was written; null where it was not, or for something else.</summary>
    public byte[]? Read(string text, params ReadOnlySpan<string> bound)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length <= MacLength)
            return null;

        var payload = bytes.AsSpan(MacLength..length);
        return CryptographicOperations.FixedTimeEquals(Mac(payload, bound), bytes.AsSpan(0, MacLength)) ? payload.ToArray() : null;
    }

    /// <summary>The zero bytes of the digest tell parts from each other.</summary>
    private byte[] Mac(ReadOnlySpan<byte> payload, ReadOnlySpan<string> bound)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(Ids.Digest(bound)), .. payload];
        return HMACSHA256.HashData(_key, signed);
    }
}
