using Crm.Entities;
using Crm.Platform.Auth;

namespace Crm.Query;

/// <summary>
/// <see cref="Permissions.Allows"/> as a condition in SQL: the same policy, for records that are found and not read. Its parts are comparisons of
/// indexed fields with values, so that it narrows a list as a filter does.
/// </summary>
internal static class Readable
{
    private const string Own = "c[\"data\"][\"ownerId\"] = @me";

    /// <summary>The conditions on records that a caller may read; none where they may read all.</summary>
    public static IReadOnlyList<SqlPredicate> By(Caller caller, EntityType type)
    {
        var permissions = caller.Permissions;
        var me = permissions.UserId is { } user ? new SqlParameter("@me", user) : (SqlParameter?)null;
        var own = me is null ? "false" : type.Collection == "users" ? $"{Own} OR c[\"data\"][\"id\"] = @me" : Own;
        return permissions.Scope(Right.Read, type.Collection) switch
        {
            GrantScope.All => [],
            GrantScope.Own => [new(own, Given(me))],
            GrantScope.Team => [Teams(permissions.Teams)],
            GrantScope.TeamTree => [Teams(permissions.TeamTree)],
            _ => [new("false", [])],
        };

        SqlPredicate Teams(IReadOnlySet<string> teams)
        {
            var parameters = teams.Order(StringComparer.Ordinal).Select((team, index) => new SqlParameter($"@team{index}", team)).ToList();
            return new SqlPredicate(
                string.Join(" OR ", parameters.Select(team => $"ARRAY_CONTAINS(c[\"data\"][\"teamIds\"], {team.Name})").Prepend(own)),
                [.. Given(me), .. parameters]);
        }

        static IReadOnlyList<SqlParameter> Given(SqlParameter? parameter) => parameter is { } given ? [given] : [];
    }
}
