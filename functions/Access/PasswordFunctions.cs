using System.Text.Json.Nodes;
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
    [Function("AuthPassword"), UserOnly]
    public async Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/password")] HttpRequest request, CancellationToken cancellation) =>
        TokenReply.Of(await ReadAsync(request, cancellation, "currentPassword", "newPassword")
            .ThenAsync(fields => passwords.ChangeAsync(fields["currentPassword"]!, fields["newPassword"]!, cancellation)));

    /// <summary>202 whoever asks.</summary>
    [Function("AuthPasswordReset"), Public]
    public async Task<IResult> Reset(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/password/reset")] HttpRequest request, CancellationToken cancellation)
    {
        var read = await request.ReadTextsAsync(["username", "tenant"], cancellation).ThenAsync(fields => Task.FromResult(fields.Requiring("username")));
        if (read.Failed)
            return Problems.From(read.Error);

        return await passwords.ForgottenAsync(read.Value["username"]!, read.Value["tenant"], cancellation) is { } error ? Problems.From(error) : Results.Accepted();
    }

    /// <summary>With the token of an invitation or a reset.</summary>
    [Function("AuthPasswordSet"), Public]
    public async Task<IResult> Set(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/password/set")] HttpRequest request, CancellationToken cancellation) =>
        TokenReply.Of(await ReadAsync(request, cancellation, "token", "newPassword")
            .ThenAsync(fields => passwords.AcceptAsync(fields["token"]!, fields["newPassword"]!, cancellation)));

    /// <summary>A link for a user, shown this once.</summary>
    [Function("AuthInvite"), Special(SpecialGrant.ManageUsers)]
    public async Task<IResult> Invite(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/users/{id}/invitation")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var link = await request.ReadOptions().ThenAsync(_ => passwords.InviteAsync(id, cancellation));
        return link.Failed
            ? Problems.From(link.Error)
            : Results.Json(new JsonObject { ["token"] = link.Value.Token, ["expiresAt"] = UtcTimeConverter.Format(link.Value.ExpiresAt) }, CrmJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static Task<Result<TextFields>> ReadAsync(HttpRequest request, CancellationToken cancellation, params string[] fields) =>
        request.ReadTextsAsync(fields, cancellation).ThenAsync(read => Task.FromResult(read.Requiring(fields)));
}
