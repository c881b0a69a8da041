using Crm.Entities.Schema;
using Crm.Platform;
using Crm.Platform.Cosmos;

namespace Crm.Access;

/// <summary>Failed attempts under one name.</summary>
/// <param name="NotBefore">When the next one is heard.</param>
public sealed record AttemptsDocument(int Failures, DateTimeOffset NotBefore) : KeyDocument
{
    public const string ScopeName = "attempts";

    public override string Scope => ScopeName;
}

/// <summary>
/// Slows down who guesses: after a few attempts each next one has to wait twice as long. Kept by what is typed and not by user, whether there is one or
/// not, so that nobody learns of users by it; written before the password is looked at, so that many at once count as many.
/// </summary>
public sealed class SignInAttempts(KeyDocuments documents, TimeProvider time)
{
    private const int Free = 5;
    private const int Races = 20;
    private static readonly TimeSpan First = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(24);

    private static readonly TooMany Crowded = new("too-many-attempts", "Too many attempts at once. Try again.", TimeSpan.FromSeconds(1));

    /// <summary>Counts an attempt, or refuses to hear it.</summary>
    public async Task<Error?> BeginAsync(string? tenantId, string login, CancellationToken cancellation)
    {
        for (var race = 0; race < Races; race++)
        {
            var now = time.GetUtcNow();
            var found = await documents.FindAsync<AttemptsDocument>(KeyDocuments.NoTenant, AttemptsDocument.ScopeName, IdOf(tenantId, login), cancellation);
            var failures = found?.Document.Failures ?? 0;
            if (found is var (known, _) && known.NotBefore > now)
                return new TooMany("too-many-attempts", "Too many attempts under this name. Wait, then try again.", known.NotBefore - now);

            var next = new AttemptsDocument(failures + 1, now + Pause(failures + 1))
            {
                Id = IdOf(tenantId, login),
                TenantId = KeyDocuments.NoTenant,
                Ttl = (int)Forgotten.TotalSeconds,
            };
            if (found is var (_, tag) ? await documents.ReplaceAsync(next, tag, cancellation) : await documents.CreateAsync(next, cancellation))
                return null;
        }

        return Crowded;
    }

    /// <summary>The attempt was right: the count begins anew.</summary>
    public Task SucceededAsync(string? tenantId, string login, CancellationToken cancellation) =>
        documents.DeleteAsync(new AttemptsDocument(0, default) { Id = IdOf(tenantId, login), TenantId = KeyDocuments.NoTenant }, tag: null, cancellation);

    private static TimeSpan Pause(int failures) =>
        failures < Free ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, First.TotalSeconds * Math.Pow(2, failures - Free)));

    private static string IdOf(string? tenantId, string login) => Ids.Digest(tenantId ?? "", TextForms.Folded(login));
}
