using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Access;

/// <summary>Passwords: changed, forgotten, and set for the first time.</summary>
public sealed class PasswordFunctions(Passwords passwords)
{
    internal sealed record PasswordChange
    {
        [StringLength(TextFields.MaxLength)] public required string CurrentPassword { get; init; }

        [StringLength(TextFields.MaxLength)] public required string NewPassword { get; init; }
    }

    internal sealed record PasswordReset
    {
        /// <summary>E-mail address or user name.</summary>
        [JsonPropertyName("username"), StringLength(TextFields.MaxLength)] public required string UserName { get; init; }

        /// <summary>The tenant's slug; needed where several tenants have users of this name.</summary>
        [StringLength(TextFields.MaxLength)] public string? Tenant { get; init; }
    }

    internal sealed record NewPassword
    {
        /// <summary>Of the invitation, or of the mail that was asked for.</summary>
        [StringLength(TextFields.MaxLength)] public required string Token { get; init; }

        [JsonPropertyName("newPassword"), StringLength(TextFields.MaxLength)] public required string Password { get; init; }
    }

    /// <summary>Changes the caller's own password. Their sessions end; the answer begins a new one.</summary>
    [Function("AuthPassword"), UserOnly]
    [Operation("changePassword"), Takes(typeof(PasswordChange), MediaTypes.Json, MediaTypes.Form), Answers(200, typeof(Tokens))]
    public async Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/password")] HttpRequest request, CancellationToken cancellation) =>
        TokenReply.Of(await request.ReadTextsAsync<PasswordChange>(cancellation)
            .ThenAsync(fields => passwords.ChangeAsync(fields["currentPassword"]!, fields["newPassword"]!, cancellation)));

    /// <summary>Sends a link to whoever has forgotten their password. The answer is the same whoever asks.</summary>
    [Function("AuthPasswordReset"), Public]
    [Operation("requestPasswordReset"), Takes(typeof(PasswordReset), MediaTypes.Json, MediaTypes.Form), Answers(202)]
    public async Task<IResult> Reset(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/password/reset")] HttpRequest request, CancellationToken cancellation)
    {
        var read = await request.ReadTextsAsync<PasswordReset>(cancellation);
        if (read.Failed)
            return Problems.From(read.Error);

        return await passwords.ForgottenAsync(read.Value["username"]!, read.Value["tenant"], cancellation) is { } error ? Problems.From(error) : Results.Accepted();
    }

    /// <summary>Sets a password with the token of an invitation or a reset, and signs in.</summary>
    [Function("AuthPasswordSet"), Public]
    [Operation("setPassword"), Takes(typeof(NewPassword), MediaTypes.Json, MediaTypes.Form), Answers(200, typeof(Tokens)), Fails(403)]
    public async Task<IResult> Set(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/password/set")] HttpRequest request, CancellationToken cancellation) =>
        TokenReply.Of(await request.ReadTextsAsync<NewPassword>(cancellation)
            .ThenAsync(fields => passwords.AcceptAsync(fields["token"]!, fields["newPassword"]!, cancellation)));

    /// <summary>Gives a user a link to set a password with, shown this once.</summary>
    /// <param name="id">The user's id.</param>
    [Function("AuthInvite"), Special(SpecialGrant.ManageUsers)]
    [Operation("inviteUser"), Answers(201, typeof(Link)), Fails(409)]
    public async Task<IResult> Invite(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/users/{id}/invitation")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var link = await request.ReadOptions().ThenAsync(_ => passwords.InviteAsync(id, cancellation));
        return link.Failed
            ? Problems.From(link.Error)
            : Results.Json(link.Value, CrmJson.Options, statusCode: StatusCodes.Status201Created);
    }
}
