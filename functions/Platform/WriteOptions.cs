namespace Crm.Platform;

/// <summary>Which version a write changes, as If-Match says it (RFC 9110, section 13.1.1).</summary>
/// <param name="Any">Whatever is there.</param>
/// <param name="Tags">Strong tags with their quotes; weak ones never match.</param>
public sealed record IfMatch(bool Any, IReadOnlyList<string> Tags)
{
    public bool Matches(int version) => Any || Tags.Contains(EntityTag.Of(version));
}

/// <summary>A repeatable request: its scope (method and path), its key, and the fingerprint of its body.</summary>
public sealed record IdempotencyKey(string Scope, string Key, string Fingerprint);

/// <summary>What the request says about how to write.</summary>
/// <param name="Accepts">What the write begins goes on after the answer: 202.</param>
public sealed record WriteOptions(IfMatch? IfMatch = null, IdempotencyKey? Key = null, bool Accepts = false);

/// <summary>Strong entity tags: the version in quotes.</summary>
public static class EntityTag
{
    public static string Of(int version) => $"\"{version}\"";
}
