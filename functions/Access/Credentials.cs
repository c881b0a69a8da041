using Crm.Platform;
using Crm.Platform.Cosmos;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Crm.Access;

/// <summary>
/// A user's password, beside the user's record and not in it: no answer, list or history entry can ever hold it.
/// </summary>
/// <param name="PasswordHash">As ASP.NET Core Identity hashes it.</param>
/// <param name="Stamp">New with every password; in every token, so that a new password ends the sessions begun with the old one.</param>
public sealed record Credential(string PasswordHash, string Stamp) : KeyDocument
{
    public const string ScopeName = "credential";

    public override string Scope => ScopeName;
}

/// <summary>Sets and verifies passwords.</summary>
public sealed class Credentials(KeyDocuments documents, AccessVersions versions, IOptions<AuthOptions> options)
{
    /// <summary>The stamp of a user who has no password.</summary>
    public const string NoStamp = "-";

    private const int MaxLength = 256;

    /// <summary>What OWASP advises for PBKDF2 with HMAC-SHA512.</summary>
    private static readonly PasswordHasher<Credential> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));

    /// <summary>Verified where there is no user, so that the answer takes as long.</summary>
    private static readonly Lazy<string> Nobody = new(() => Hasher.HashPassword(null!, Secret.NewValue()));

    public async Task<(Credential Document, string Tag)?> FindAsync(string tenantId, string userId, CancellationToken cancellation) =>
        await documents.FindAsync<Credential>(tenantId, Credential.ScopeName, userId, cancellation);

    /// <summary>Whether it is the user's password. Takes as long where there is no credential.</summary>
    public static bool Verify(Credential? credential, string password)
    {
        var result = Hasher.VerifyHashedPassword(null!, credential?.PasswordHash ?? Nobody.Value, password);
        return credential is not null && result != PasswordVerificationResult.Failed;
    }

    /// <summary>What is wrong with a new password, or null.</summary>
    /// <param name="pointer">Where it was sent.</param>
    public FieldError? Refuse(string password, string pointer) =>
        password.Length < options.Value.MinPasswordLength ? new FieldError(pointer, "min-length", $"must have at least {options.Value.MinPasswordLength} characters")
        : password.Length > MaxLength ? new FieldError(pointer, "max-length", $"must have at most {MaxLength} characters")
        : null;

    /// <summary>Gives a user a password; whoever was signed in with another no longer is. The new stamp.</summary>
    public async Task<string> SetAsync(string tenantId, string userId, string password, CancellationToken cancellation)
    {
        var credential = New(tenantId, userId, password);
        await versions.AnnounceAsync(tenantId, cancellation);
        await documents.PutAsync(credential, cancellation);
        versions.Forget(tenantId);
        return credential.Stamp;
    }

    /// <summary>Gives a user a first password; one that has a password keeps it.</summary>
    public async Task EnsureAsync(string tenantId, string userId, string password, CancellationToken cancellation) =>
        await documents.CreateAsync(New(tenantId, userId, password), cancellation);

    private static Credential New(string tenantId, string userId, string password) =>
        new(Hasher.HashPassword(null!, password), Secret.NewId()) { Id = userId, TenantId = tenantId };
}
