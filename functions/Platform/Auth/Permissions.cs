using System.Collections.Concurrent;
using System.Text.Json;

namespace Crm.Platform.Auth;

/// <summary>
/// What one caller may do: the policy, and the only one. Point reads, lists, references, writes, fields and history all ask here. Several roles add up;
/// a key's scopes take away. Immutable, so that it is made once and asked on every request.
/// </summary>
public sealed class Permissions
{
    /// <summary>Collections that give rights or data to others: changing them takes a special right beside the grant.</summary>
    private static readonly Dictionary<string, SpecialGrant> Managed = new()
    {
        ["api-keys"] = SpecialGrant.ManageUsers,
        ["inbound-webhooks"] = SpecialGrant.ManageWebhooks,
        ["roles"] = SpecialGrant.ManageUsers,
        ["teams"] = SpecialGrant.ManageUsers,
        ["users"] = SpecialGrant.ManageUsers,
        ["webhooks"] = SpecialGrant.ManageWebhooks,
    };

    private static readonly IReadOnlySet<string> NoFields = new HashSet<string>();

    private readonly IReadOnlyList<RoleGrants> _roles;
    private readonly IReadOnlySet<string>? _scopes;
    private readonly ConcurrentDictionary<string, Effective> _collections = new(StringComparer.Ordinal);

    /// <param name="userId">Whose records are their own.</param>
    /// <param name="teams">The teams the user is in.</param>
    /// <param name="teamTree">Those, and all below them.</param>
    /// <param name="scopes">What a key is restricted to (<c>contacts:read</c>, <c>*:write</c>, <c>viewHistory</c>); null where nothing is.</param>
    public Permissions(IReadOnlyList<RoleGrants> roles, string? userId, IReadOnlySet<string> teams, IReadOnlySet<string> teamTree, IReadOnlySet<string>? scopes = null)
    {
        (_roles, UserId, Teams, TeamTree, _scopes) = (roles, userId, teams, teamTree, scopes);
        Special = roles.SelectMany(role => role.Special)
            .Where(special => scopes is null || scopes.Contains(JsonNamingPolicy.CamelCase.ConvertName(special.ToString())))
            .ToHashSet();
    }

    private sealed record Effective(CollectionGrant Grant, IReadOnlySet<string> Hidden, IReadOnlySet<string> Locked);

    /// <summary>The app itself: everything.</summary>
    public static Permissions Everything { get; } = new([RoleGrants.Everything], null, NoFields, NoFields);

    /// <summary>Whether changing a collection takes a special right beside the grant.</summary>
    public static bool IsManaged(string collection) => Managed.ContainsKey(collection);

    public string? UserId { get; }

    public IReadOnlySet<string> Teams { get; }

    public IReadOnlySet<string> TeamTree { get; }

    public IReadOnlySet<SpecialGrant> Special { get; }

    /// <summary>How far a right on a collection reaches.</summary>
    public GrantScope Scope(Right right, string collection) => On(collection).Grant.Of(right);

    /// <summary>Whether a right covers this very record.</summary>
    /// <param name="record">As it is stored.</param>
    public bool Allows(Right right, string collection, JsonElement record) => Covers(Scope(right, collection), collection, record);

    /// <summary>Fields of a collection that are left out of every answer and that no filter or order may name.</summary>
    public IReadOnlySet<string> Hidden(string collection) => On(collection).Hidden;

    /// <summary>Fields of a collection that the caller may not change.</summary>
    public IReadOnlySet<string> Locked(string collection) => On(collection).Locked;

    /// <summary>The role that gives a right its reach, or null where it has none.</summary>
    public RoleGrants? GrantedBy(Right right, string collection)
    {
        var scope = Scope(right, collection);
        return scope == GrantScope.None ? null : _roles.First(role => role.On(collection).Of(right) >= scope);
    }

    /// <summary>Whether nothing in a role goes beyond what the caller may do: nobody gives what they do not have.</summary>
    public bool Cover(RoleGrants role)
    {
        var collections = role.Collections.Keys.Concat(_roles.SelectMany(mine => mine.Collections.Keys)).Append(RoleGrants.Any).Concat(Managed.Keys);
        return role.Special.All(Special.Contains) && collections.Distinct().All(collection => Cover(role, collection));
    }

    private bool Cover(RoleGrants role, string collection)
    {
        var (theirs, mine) = (new Permissions([role], null, NoFields, NoFields).On(collection), On(collection));
        if (Enum.GetValues<Right>().Any(right => theirs.Grant.Of(right) > mine.Grant.Of(right)))
            return false;

        return (theirs.Grant.Read == GrantScope.None || mine.Hidden.All(theirs.Hidden.Contains))
            && (theirs.Grant is { Create: GrantScope.None, Update: GrantScope.None } || mine.Locked.All(theirs.Locked.Contains));
    }

    private bool Covers(GrantScope scope, string collection, JsonElement record) => scope switch
    {
        GrantScope.None => false,
        GrantScope.All => true,
        _ when UserId is not null && (Text(record, "ownerId") == UserId || (collection == "users" && Text(record, "id") == UserId)) => true,
        GrantScope.Team => SharedWith(record, Teams),
        GrantScope.TeamTree => SharedWith(record, TeamTree),
        _ => false,
    };

    private Effective On(string collection) => _collections.TryGetValue(collection, out var known) ? known : Add(collection);

    private Effective Add(string collection)
    {
        // Names come from requests; what is asked of collections that nobody granted is not worth remembering.
        var effective = Work(collection);
        return _collections.Count < 500 ? _collections.GetOrAdd(collection, effective) : effective;
    }

    private Effective Work(string collection)
    {
        var grant = new CollectionGrant(Widest(Right.Read), Widest(Right.Create), Widest(Right.Update), Widest(Right.Delete), Widest(Right.Export));
        var ruled = _roles.SelectMany(role => role.Fields.Keys).Where(field => field.Collection == collection).Select(field => field.Field).Distinct().ToList();
        return new Effective(grant, Fields(ruled, Right.Read), Fields(ruled, Right.Update));

        GrantScope Widest(Right right)
        {
            if (!InScope(collection, right) || (right is not (Right.Read or Right.Export) && Managed.TryGetValue(collection, out var managing) && !Special.Contains(managing)))
                return GrantScope.None;

            return _roles.Select(role => role.On(collection).Of(right)).DefaultIfEmpty().Max();
        }

        // A field is open where the roles that open it reach as far as all roles together: else it would be open on records that only others reach.
        IReadOnlySet<string> Fields(List<string> fields, Right right)
        {
            var reach = _roles.Select(role => Reach(role, right)).DefaultIfEmpty().Max();
            var closed = fields.Where(field => _roles.Where(role => Opens(role, field, right)).Select(role => Reach(role, right)).DefaultIfEmpty().Max() < reach).ToHashSet();
            return closed.Count == 0 ? NoFields : closed;
        }

        GrantScope Reach(RoleGrants role, Right right)
        {
            var on = role.On(collection);
            return right == Right.Read ? on.Read : (GrantScope)Math.Max((int)on.Update, (int)on.Create);
        }

        bool Opens(RoleGrants role, string field, Right right) =>
            !role.Fields.TryGetValue((collection, field), out var rule) || (right == Right.Read ? rule.Read : rule.Write);
    }

    private bool InScope(string collection, Right right)
    {
        if (_scopes is null)
            return true;

        var verb = right is Right.Read or Right.Export ? "read" : "write";
        return _scopes.Contains($"{collection}:{verb}") || _scopes.Contains($"{RoleGrants.Any}:{verb}");
    }

    private static bool SharedWith(JsonElement record, IReadOnlySet<string> teams) =>
        record.TryGetProperty("teamIds", out var shared) && shared.ValueKind == JsonValueKind.Array && shared.EnumerateArray().Any(team => teams.Contains(team.GetString()!));

    private static string? Text(JsonElement record, string name) => record.TryGetProperty(name, out var value) ? value.GetString() : null;
}
