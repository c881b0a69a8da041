using Crm.Campaigns.Tracking;
using Crm.Platform.Http;
using Microsoft.Extensions.Options;

namespace Crm.Campaigns.Consents;

/// <summary>Which consent a link confirms.</summary>
public sealed record ConfirmationLink(string TenantId, string ConsentId);

/// <summary>The links by which people confirm that it was they who consented.</summary>
public sealed class ConfirmationLinks(LinkTokens tokens, IOptions<PublicSettings> address)
{
    internal const string Route = "t/confirm/{token}";

    public Uri Of(ConfirmationLink link) =>
        address.Value.Of(Route.Replace("{token}", tokens.Write(LinkKind.Confirm, link.TenantId, link.ConsentId), StringComparison.Ordinal));

    public ConfirmationLink? Read(string token) => tokens.Read(LinkKind.Confirm, token, 2) is [var tenant, var consent] ? new ConfirmationLink(tenant, consent) : null;
}
