namespace Crm.Platform.Auth;

/// <summary>The scope of each right on one collection; <see cref="Right.Create"/> is all or none.</summary>
public sealed record CollectionGrant(GrantScope Read, GrantScope Create, GrantScope Update, GrantScope Delete, GrantScope Export)
{
    public static CollectionGrant None { get; } = new(GrantScope.None, GrantScope.None, GrantScope.None, GrantScope.None, GrantScope.None);

    public static CollectionGrant Everything { get; } = new(GrantScope.All, GrantScope.All, GrantScope.All, GrantScope.All, GrantScope.All);

    public GrantScope Of(Right right) => right switch
    {
        Right.Read => Read,
        Right.Create => Create,
        Right.Update => Update,
        Right.Delete => Delete,
        Right.Export => Export,
        _ => throw new ArgumentOutOfRangeException(nameof(right)),
    };
}

/// <summary>A rule of a role on one field.</summary>
public readonly record struct FieldRule(bool Read, bool Write);

/// <summary>What one role grants, ready to be asked.</summary>
/// <param name="Collections">By collection; <see cref="Any"/> stands for every collection that is not named.</param>
/// <param name="Fields">By collection and field; fields that are not named follow their collection.</param>
public sealed record RoleGrants(
    string Id,
    string Name,
    IReadOnlyDictionary<string, CollectionGrant> Collections,
    IReadOnlyDictionary<(string Collection, string Field), FieldRule> Fields,
    IReadOnlySet<SpecialGrant> Special)
{
    /// <summary>In place of a collection's name: all that the role does not name.</summary>
    public const string Any = "*";

    /// <summary>The app itself.</summary>
    public static RoleGrants Everything { get; } = new(
        "system", "System", new Dictionary<string, CollectionGrant> { [Any] = CollectionGrant.Everything }, new Dictionary<(string, string), FieldRule>(), Enum.GetValues<SpecialGrant>().ToHashSet());

    public CollectionGrant On(string collection) =>
        Collections.TryGetValue(collection, out var named) || Collections.TryGetValue(Any, out named) ? named : CollectionGrant.None;
}
