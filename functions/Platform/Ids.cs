using System.Security.Cryptography;
using System.Text;

namespace Crm.Platform;

/// <summary>Opaque record ids.</summary>
internal static class Ids
{
    /// <summary>A UUID version 7 (RFC 9562): ids made later sort later.</summary>
    public static string New(DateTimeOffset now) => Guid.CreateVersion7(now).ToString();

    /// <summary>An id that the same parts always give: what makes a repeated create find the first one's record.</summary>
    public static string From(params ReadOnlySpan<string> parts) => Digest(parts)[..32];

    /// <summary>SHA-256 over the parts, each closed by a zero byte, as lower-case hex.</summary>
    public static string Digest(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
