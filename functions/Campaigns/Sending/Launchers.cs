using Crm.Access;
using Crm.Entities.Types;
using Crm.Platform.Auth;
using Crm.Tenants;

namespace Crm.Campaigns.Sending;

/// <summary>In whose name a campaign is sent: who launched it, or resumed it last. It reaches whom they may read, and shows of those what they may see.</summary>
public sealed class Launchers(AccessReader access, TimeProvider time)
{
    /// <summary>Why a campaign stops whose launcher is gone.</summary>
    public const string Gone = "Who launched it may do nothing here any more. Whoever resumes it answers for it from then on.";

    /// <summary>Null where they may do nothing any more: suspended, deactivated, revoked.</summary>
    public async Task<Caller?> FindAsync(string tenantId, Campaign campaign, CancellationToken cancellation)
    {
        if (campaign.LaunchedBy is not { } launcher || await access.TenantAsync(tenantId) is not { Status: not TenantStatus.Suspended } tenant)
            return null;

        var permissions = launcher.Kind switch
        {
            ActorKind.System => Permissions.Everything,
            ActorKind.ApiKey => await access.KeyAsync(tenant, tenantId, launcher.Id, cancellation) is { Key.Status: ApiKeyStatus.Active } key && key.Key.ExpiresAt > time.GetUtcNow() ? key.Permissions : null,
            _ => await access.UserAsync(tenant, tenantId, launcher.Id, cancellation) is { User.Status: UserStatus.Active } user ? user.Permissions : null,
        };
        return permissions is null ? null : new Caller(tenantId, launcher, permissions);
    }
}
