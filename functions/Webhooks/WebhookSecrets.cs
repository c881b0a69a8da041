using Crm.Platform.Cosmos;

namespace Crm.Webhooks;

/// <summary>What signs for a webhook, and since when its receiver fails. The app has to sign with a secret, so it is kept as it is: in no record, list or history.</summary>
/// <param name="Previous">Signs beside the current one until <paramref name="PreviousUntil"/>.</param>
/// <param name="FailingSince">Null as long as the latest delivery that was answered succeeded.</param>
public sealed record WebhookSecret(string Current, string? Previous = null, DateTimeOffset? PreviousUntil = null, DateTimeOffset? FailingSince = null) : KeyDocument
{
    public const string ScopeName = "webhook";

    public override string Scope => ScopeName;

    /// <summary>Those that sign now, the newest first.</summary>
    public IReadOnlyList<string> Live(DateTimeOffset now) => Previous is not null && now < PreviousUntil ? [Current, Previous] : [Current];
}

/// <summary>Keeps the secrets of webhooks.</summary>
public sealed class WebhookSecrets(KeyDocuments documents, TimeProvider time)
{
    /// <summary>How long the old secret signs beside the new one.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    private const int Attempts = 5;

    public async Task<WebhookSecret?> FindAsync(string tenantId, string secretId, CancellationToken cancellation) =>
        (await documents.FindAsync<WebhookSecret>(tenantId, WebhookSecret.ScopeName, secretId, cancellation))?.Document;

    public Task CreateAsync(string tenantId, string secretId, string secret, CancellationToken cancellation) =>
        documents.CreateAsync(new WebhookSecret(secret) { Id = secretId, TenantId = tenantId }, cancellation);

    /// <summary>Gives a new secret; the one before goes on signing for a day.</summary>
    /// <param name="given">The new secret, where somebody else has made it.</param>
    public async Task<string> RotateAsync(string tenantId, string secretId, CancellationToken cancellation, string? given = null)
    {
        var made = given ?? Signature.NewSecret();
        await ChangeAsync(tenantId, secretId, secret => secret with { Current = made, Previous = secret.Current, PreviousUntil = time.GetUtcNow() + Overlap }, cancellation);
        return made;
    }

    /// <summary>Notes that the receiver fails; answers since when it does.</summary>
    public async Task<DateTimeOffset> FailedAsync(string tenantId, string secretId, CancellationToken cancellation) =>
        (await ChangeAsync(tenantId, secretId, secret => secret with { FailingSince = secret.FailingSince ?? time.GetUtcNow() }, cancellation)).FailingSince!.Value;

    public Task WorksAsync(string tenantId, string secretId, CancellationToken cancellation) =>
        ChangeAsync(tenantId, secretId, secret => secret with { FailingSince = null }, cancellation);

    private async Task<WebhookSecret> ChangeAsync(string tenantId, string secretId, Func<WebhookSecret, WebhookSecret> change, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await documents.FindAsync<WebhookSecret>(tenantId, WebhookSecret.ScopeName, secretId, cancellation) is not var (present, tag))
                throw new InvalidOperationException($"There is no secret {secretId}.");

            var changed = change(present);
            if (changed == present || await documents.ReplaceAsync(changed, tag, cancellation))
                return changed;
        }

        throw new InvalidOperationException($"The secret {secretId} is being changed over and over.");
    }
}
