using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Access;

/// <summary>A link as it is handed out: a token to set a password with.</summary>
public sealed record Link(string Token, DateTimeOffset ExpiresAt);

/// <summary>The ways a user comes to a new password.</summary>
public sealed class Passwords(
    Credentials credentials, OneTimeLinks links, Logins logins, SignInAttempts attempts, SignIn signIn, AccountMail mail,
    EntityCatalog catalog, EntityService entities, RecordStore records, CallContext call, IServiceScopeFactory scopes)
{
    /// <summary>A user changes their own. All their sessions end; the answer begins a new one.</summary>
    public async Task<Result<Tokens>> ChangeAsync(string current, string next, CancellationToken cancellation)
    {
        var (tenantId, userId) = (call.Caller.TenantId, call.Caller.Actor.Id);
        if (credentials.Refuse(next, "#/newPassword") is { } weak)
            return new Invalid([weak]);
        if (await attempts.BeginAsync(tenantId, userId, cancellation) is { } wait)
            return wait;

        var credential = await credentials.FindAsync(tenantId, userId, cancellation);
        if (!Credentials.Verify(credential?.Document, current))
            return new Invalid([new FieldError("#/currentPassword", "wrong-password", "is not your password")]);

        await attempts.SucceededAsync(tenantId, userId, cancellation);
        return await SetAsync(tenantId, userId, next, cancellation);
    }

    /// <summary>An administrator invites a user, or helps one who has no way in: the link is in this answer and nowhere else.</summary>
    public async Task<Result<Link>> InviteAsync(string userId, CancellationToken cancellation)
    {
        var type = catalog.Of<User>();
        var read = await entities.ReadAsync(type.Collection, userId, session: null, cancellation);
        if (read.Failed)
            return read.Error;

        var user = (User)type.Deserialize(read.Value.Data);
        if (!call.Caller.Permissions.Allows(Right.Update, type.Collection, read.Value.Data))
            return Forbidden.Lacking(Right.Update, "this user");
        if (user.Status is not (UserStatus.Invited or UserStatus.Active))
            return new InvalidTransition("status", user.Status.ToString().ToLowerInvariant(), "active", ["invited", "active"], []);

        // A password for somebody is a way to all they may do.
        var roles = await records.ReadManyAsync(call.Caller.TenantId, [.. user.RoleIds.Select(role => new RecordRef("roles", role))], cancellation);
        if (roles.Values.Any(role => !call.Caller.Permissions.Cover(((Role)catalog.Of<Role>().Deserialize(role)).ToGrants())))
            return new Forbidden("The user has rights that you do not have.");

        var stamp = (await credentials.FindAsync(call.Caller.TenantId, userId, cancellation))?.Document.Stamp ?? Credentials.NoStamp;
        var (token, expiresAt) = await links.NewAsync(call.Caller.TenantId, userId, stamp, cancellation);
        return new Link(token, expiresAt);
    }

    /// <summary>Somebody has forgotten theirs. The answer is the same whoever they are; the link goes to the user's mail.</summary>
    public async Task<Error?> ForgottenAsync(string username, string? tenantId, CancellationToken cancellation)
    {
        if (await attempts.BeginAsync(tenantId is null ? "reset" : $"reset {tenantId}", username, cancellation) is { } wait)
            return wait;

        // As many steps for nobody: a link that nobody gets.
        var account = await logins.FindAsync(username, tenantId, cancellation);
        var (owner, userId) = (account?.TenantId ?? KeyDocuments.NoTenant, account?.User.Id ?? "nobody");
        var credential = await credentials.FindAsync(owner, userId, cancellation);
        var (token, expiresAt) = await links.NewAsync(owner, userId, credential?.Document.Stamp ?? Credentials.NoStamp, cancellation);
        if (account is { User.Status: UserStatus.Active or UserStatus.Invited })
            mail.Send(account.User, new Link(token, expiresAt));

        return null;
    }

    /// <summary>Somebody comes with a link and sets a password.</summary>
    public async Task<Result<Tokens>> AcceptAsync(string token, string password, CancellationToken cancellation)
    {
        if (credentials.Refuse(password, "#/newPassword") is { } weak)
            return new Invalid([weak]);

        var refused = new InvalidGrant("The link is not valid, has expired or was used. Ask for another.");
        if (await links.FindAsync(token, cancellation) is not var (link, tag))
            return refused;

        var credential = await credentials.FindAsync(link.TenantId, link.UserId, cancellation);
        if ((credential?.Document.Stamp ?? Credentials.NoStamp) != link.Stamp || !await links.UseAsync(link, tag, cancellation))
            return refused;

        await using var scope = scopes.CreateScopeFor(Caller.System(link.TenantId, "sign-in", "Sign-in"));
        var activated = await scope.ServiceProvider.GetRequiredService<EntityService>().ActAsync<User>(
            link.UserId, "accept", new WriteOptions(), user => user.Status == UserStatus.Invited ? user with { Status = UserStatus.Active } : user, cancellation);
        if (activated.Failed || ((User)catalog.Of<User>().Deserialize(activated.Value.Data)).Status != UserStatus.Active)
            return refused;

        return await SetAsync(link.TenantId, link.UserId, password, cancellation);
    }

    private async Task<Result<Tokens>> SetAsync(string tenantId, string userId, string password, CancellationToken cancellation)
    {
        var stamp = await credentials.SetAsync(tenantId, userId, password, cancellation);
        var record = await records.ReadLatestAsync(new RecordKey(tenantId, catalog.Of<User>().Collection, userId), cancellation);
        return await signIn.BeginAsync(tenantId, (User)catalog.Of<User>().Deserialize(record!.Data), stamp, cancellation);
    }
}
