using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Crm.Webhooks;

/// <summary>Signatures after Standard Webhooks: HMAC-SHA256 over <c>id.timestamp.body</c>.</summary>
internal static class Signature
{
    private const string Prefix = "whsec_";

    /// <summary>A new secret of 32 bytes.</summary>
    public static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The value of <c>webhook-signature</c>: one signature for each secret.</summary>
    public static string Of(IEnumerable<string> secrets, string id, DateTimeOffset sentAt, ReadOnlySpan<byte> body)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{sentAt.ToUnixTimeSeconds()}.")), .. body];
        return string.Join(' ', secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[Prefix.Length..]), content))}"));
    }
}
