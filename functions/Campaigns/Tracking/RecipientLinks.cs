using Crm.Campaigns.Sending;
using Crm.Platform.Http;
using Microsoft.Extensions.Options;

namespace Crm.Campaigns.Tracking;

/// <summary>Whose link it is, and where it leads.</summary>
public sealed record ClickLink(RecipientKey Recipient, string Target);

/// <summary>Whose link it is, and what they were written to for: what they want no more of, whatever becomes of the campaign.</summary>
public sealed record UnsubscribeLink(RecipientKey Recipient, string Purpose);

/// <summary>The links in a recipient's mail.</summary>
public sealed class RecipientLinks(LinkTokens tokens, IOptions<PublicSettings> address)
{
    internal const string OpenRoute = "t/o/{token}";
    internal const string ClickRoute = "t/c/{token}";
    internal const string UnsubscribeRoute = "t/u/{token}";

    /// <summary>A longer address is left as it is: with a token around it, some on the way would cut it.</summary>
    private const int MaxTarget = 2_000;

    /// <summary>In the place of an unsubscribe link where there is no recipient: whoever follows it is told that it is none.</summary>
    public Uri Nobody => Url(UnsubscribeRoute, "none");

    public Uri Open(RecipientKey recipient) => Url(OpenRoute, tokens.Write(LinkKind.Open, recipient.TenantId, recipient.CampaignId, recipient.Id));

    /// <summary>Null where the text is no address on the web, or one that is too long.</summary>
    public Uri? Click(RecipientKey recipient, string target) => Target(target) is { Length: <= MaxTarget } address
        ? Url(ClickRoute, tokens.Write(LinkKind.Click, recipient.TenantId, recipient.CampaignId, recipient.Id, address))
        : null;

    public Uri Unsubscribe(RecipientKey recipient, string purpose) =>
        Url(UnsubscribeRoute, tokens.Write(LinkKind.Unsubscribe, recipient.TenantId, recipient.CampaignId, recipient.Id, purpose));

    public RecipientKey? ReadOpen(string token) => tokens.Read(LinkKind.Open, token, 3) is [var tenant, var campaign, var id] ? RecipientKey.Of(tenant, campaign, id) : null;

    public ClickLink? ReadClick(string token) =>
        tokens.Read(LinkKind.Click, token, 4) is [var tenant, var campaign, var id, var target] ? new ClickLink(RecipientKey.Of(tenant, campaign, id), target) : null;

    public UnsubscribeLink? ReadUnsubscribe(string token) =>
        tokens.Read(LinkKind.Unsubscribe, token, 4) is [var tenant, var campaign, var id, var purpose] ? new UnsubscribeLink(RecipientKey.Of(tenant, campaign, id), purpose) : null;

    /// <summary>As it can stand in a header: ASCII, also where host or path have other letters.</summary>
    private static string? Target(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", Host.Length: > 0 }
            ? new UriBuilder(uri) { Host = uri.IdnHost }.Uri.AbsoluteUri
            : null;

    private Uri Url(string route, string token) => address.Value.Of(route.Replace("{token}", token, StringComparison.Ordinal));
}
