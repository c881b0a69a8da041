using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Crm.Entities.Types;
using Microsoft.AspNetCore.Http;

namespace Crm.Webhooks.Inbound;

/// <summary>Whether a request is signed with one of the secrets. Every comparison takes as long as any other.</summary>
internal static class SignatureCheck
{
    public const string IdHeader = "webhook-id";
    private const string TimestampHeader = "webhook-timestamp";
    private const string SignatureHeader = "webhook-signature";
    private const string Version = "v1,";
    private const string SecretPrefix = "whsec_";

    /// <summary>How far the clocks of sender and receiver may be apart.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public static bool IsSigned(InboundSignature declared, IReadOnlyList<string> secrets, IHeaderDictionary headers, ReadOnlyMemory<byte> body) => declared.Scheme switch
    {
        InboundScheme.StandardWebhooks => IsStandard(secrets, headers, body.Span),
        _ => IsPlain(declared, secrets, headers[declared.Header ?? ""].ToString(), body.Span),
    };

    /// <summary>Whether the time that was signed is not now. Plain signatures have none.</summary>
    public static bool IsStale(InboundSignature declared, IHeaderDictionary headers, DateTimeOffset now) =>
        declared.Scheme == InboundScheme.StandardWebhooks
        && !(long.TryParse(headers[TimestampHeader].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var sent) && Math.Abs((decimal)sent - now.ToUnixTimeSeconds()) <= (decimal)Tolerance.TotalSeconds);

    /// <summary>What is wrong with a secret that senders gave, or null.</summary>
    public static string? WhyNot(InboundSignature declared, string secret)
    {
        if (declared.Scheme == InboundScheme.HmacSha256)
            return secret.Length is >= 16 and <= 200 ? null : "must have 16 to 200 characters";

        return Decoded(secret) is { Length: >= 24 and <= 64 } ? null : "must be whsec_ and 24 to 64 bytes in base64";
    }

    private static bool IsStandard(IReadOnlyList<string> secrets, IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes($"{headers[IdHeader]}.{headers[TimestampHeader]}."), .. body];
        var sent = headers[SignatureHeader].ToString().Split(' ').Where(signature => signature.StartsWith(Version, StringComparison.Ordinal)).Select(signature => signature[Version.Length..]).ToList();
        var signed = false;
        foreach (var secret in secrets)
        {
            var expected = Convert.ToBase64String(HMACSHA256.HashData(Decoded(secret) ?? Encoding.UTF8.GetBytes(secret), content));
            foreach (var signature in sent)
                signed |= Same(expected, signature);
        }

        return signed & headers[IdHeader].ToString().Length > 0;
    }

    private static bool IsPlain(InboundSignature declared, IReadOnlyList<string> secrets, string sent, ReadOnlySpan<byte> body)
    {
        var signed = false;
        foreach (var secret in secrets)
        {
            var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body);
            signed |= declared.Encoding == SignatureEncoding.Base64
                ? Same(declared.Prefix + Convert.ToBase64String(mac), sent)
                : Same(declared.Prefix + Convert.ToHexStringLower(mac), sent) | Same(declared.Prefix + Convert.ToHexString(mac), sent);
        }

        return signed;
    }

    private static bool Same(string expected, string sent) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(sent));

    private static byte[]? Decoded(string secret)
    {
        var bytes = new byte[secret.Length];
        return secret.StartsWith(SecretPrefix, StringComparison.Ordinal) && Convert.TryFromBase64String(secret[SecretPrefix.Length..], bytes, out var length) ? bytes[..length] : null;
    }
}
