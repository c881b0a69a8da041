using System.Collections.Concurrent;
using Crm.Entities.Types;
using Crm.Platform.Auth;
using Crm.Tenants;

namespace Crm.Access;

/// <summary>A user, as far as access goes.</summary>
public sealed record UserAccess(User User, string Stamp, Permissions Permissions);

/// <summary>A key, as far as access goes.</summary>
public sealed record KeyAccess(ApiKey Key, Permissions Permissions);

/// <summary>A team's place in the tree and who is in it.</summary>
public sealed record TeamPlace(string Id, string? ParentId, IReadOnlySet<string> Members);

/// <summary>What one instance knows of a tenant's access at one <see cref="AccessVersion"/>. Filled as users come; never changed afterwards.</summary>
public sealed class TenantAccess(AccessVersion version, TenantStatus status, DateTimeOffset loadedAt)
{
    /// <summary>How long it is used without looking at the version.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);

    /// <summary>Read while another request sets it: so one number.</summary>
    private long _checkedAt = loadedAt.UtcTicks;

    public TenantStatus Status => status;

    public DateTimeOffset LoadedAt { get; } = loadedAt;

    public ConcurrentDictionary<string, UserAccess?> Users { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, KeyAccess?> Keys { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, RoleGrants> Roles { get; } = new(StringComparer.Ordinal);

    /// <summary>Null until somebody's scope depends on teams.</summary>
    public IReadOnlyList<TeamPlace>? Teams { get; set; }

    public static string CacheKey(string tenantId) => $"access:{tenantId}";

    /// <summary>Whether it still holds under the version that is there now: the same, and loaded when its last change had certainly ended.</summary>
    public bool Holds(AccessVersion present) => present.Number == version.Number && LoadedAt - present.ChangedAt > AccessVersions.Settling;

    public void Checked(DateTimeOffset now) => Volatile.Write(ref _checkedAt, now.UtcTicks);

    /// <summary>Whether it may be used without looking at the version.</summary>
    public bool IsFresh(DateTimeOffset now) => now.UtcTicks - Volatile.Read(ref _checkedAt) < Kept.Ticks;

    /// <summary>The teams of a user, and with those all below them.</summary>
    public static (IReadOnlySet<string> Teams, IReadOnlySet<string> Tree) TeamsOf(string userId, IReadOnlyList<TeamPlace> teams)
    {
        var mine = teams.Where(team => team.Members.Contains(userId)).Select(team => team.Id).ToHashSet();
        var tree = mine.ToHashSet();
        while (teams.FirstOrDefault(team => team.ParentId is not null && tree.Contains(team.ParentId) && !tree.Contains(team.Id)) is { } below)
            tree.Add(below.Id);

        return (mine, tree);
    }
}
