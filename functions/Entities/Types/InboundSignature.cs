using System.ComponentModel.DataAnnotations;

namespace Crm.Entities.Types;

public enum InboundScheme
{
    /// <summary>Standard Webhooks: id, timestamp and body are signed.</summary>
    StandardWebhooks,

    /// <summary>HMAC-SHA256 over the body, in a header.</summary>
    HmacSha256,
}

public enum SignatureEncoding
{
    Hex,
    Base64,
}

/// <summary>How the senders of an inbound webhook sign.</summary>
public sealed record InboundSignature
{
    public InboundScheme Scheme { get; init; } = InboundScheme.StandardWebhooks;

    /// <summary>The header with the signature; required for <see cref="InboundScheme.HmacSha256"/>, as the two below are for that alone.</summary>
    [StringLength(100, MinimumLength = 1)] public string? Header { get; init; }

    public SignatureEncoding Encoding { get; init; } = SignatureEncoding.Hex;

    /// <summary>What stands before the signature in the header, such as <c>sha256=</c>.</summary>
    [StringLength(50, MinimumLength = 1)] public string? Prefix { get; init; }
}
