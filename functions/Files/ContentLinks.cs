using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Crm.Platform;
using Crm.Platform.Json;
using Microsoft.Extensions.Options;

namespace Crm.Files;

/// <summary>What a link opens: one upload of one attachment, until then.</summary>
public sealed record LinkedContent(string TenantId, string AttachmentId, string ContentId, DateTimeOffset ExpiresAt);

/// <summary>
/// Writes and reads the tokens of links. Whoever has one may fetch that content without signing in, so it holds no more than names, is signed, and
/// soon worth nothing.
/// </summary>
public sealed class ContentLinks(IOptions<FileSettings> settings, TimeProvider time)
{
    private const int MacLength = HMACSHA256.HashSizeInBytes;

    private readonly byte[] _key = Convert.FromBase64String(settings.Value.LinkKey);

    public (string Token, DateTimeOffset ExpiresAt) Write(string tenantId, string attachmentId, string contentId)
    {
        var now = time.GetUtcNow();
        var expires = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()) + settings.Value.LinkLifetime;
        var payload = JsonSerializer.SerializeToUtf8Bytes(new LinkedContent(tenantId, attachmentId, contentId, expires), CrmJson.Options);
        return (Base64Url.EncodeToString([.. HMACSHA256.HashData(_key, payload), .. payload]), expires);
    }

    public Result<LinkedContent> Read(string token)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(token.Length)];
        if (Base64Url.DecodeFromChars(token, bytes, out _, out var length) != OperationStatus.Done || length <= MacLength)
            return new NotFound("This is not a link to a file.");

        var payload = bytes.AsSpan(MacLength..length);
        if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_key, payload), bytes.AsSpan(0, MacLength)))
            return new NotFound("This is not a link to a file.");

        var content = JsonSerializer.Deserialize<LinkedContent>(payload, CrmJson.Options)!;
        return time.GetUtcNow() < content.ExpiresAt ? content : new Expired("link-expired", "This link is no longer good. Ask whoever sent it for a new one.");
    }
}
