using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Crm.Access;

/// <summary>
/// A secret that is handed out once and stored as a digest only: refresh tokens and one-time links. Its text names the document that knows it:
/// <c>tenant.id.secret</c>. It has 256 random bits, so that a plain digest is enough.
/// </summary>
public sealed record Secret(string TenantId, string Id, string Value)
{
    private const int MaxLength = 300;

    public string Hash => Digest(Value);

    public override string ToString() => $"{TenantId}.{Id}.{Value}";

    public static Secret New(string tenantId, string id) => new(tenantId, id, NewValue());

    public static bool TryParse(string text, [NotNullWhen(true)] out Secret? secret)
    {
        secret = text.Length <= MaxLength && text.Split('.') is [{ Length: > 0 } tenant, { Length: > 0 } id, { Length: > 0 } value] && IsPlain(tenant) && IsPlain(id)
            ? new Secret(tenant, id, value)
            : null;
        return secret is not null;
    }

    public bool Matches(string hash) => Matches(Value, hash);

    public static bool Matches(string value, string hash) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Digest(value)), Encoding.ASCII.GetBytes(hash));

    public static string NewValue() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public static string Digest(string value) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)));

    /// <summary>Whether a text can be part of a document's key at all.</summary>
    public static bool IsPlain(string text) => text.Length <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
