using System.Text.Json.Nodes;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Access;

/// <summary>Signing in and out (OAuth 2.0: RFC 6749 and 7009).</summary>
public sealed class TokenFunctions(SignIn signIn, RefreshTokens refreshTokens)
{
    /// <summary>Gives tokens for a password, or for a refresh token.</summary>
    [Function("AuthToken"), Public]
    public async Task<IResult> Token(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/token")] HttpRequest request, CancellationToken cancellation) =>
        TokenReply.Of(await request.ReadTextsAsync(["grant_type", "username", "password", "tenant", "refresh_token", "scope", "client_id"], cancellation)
            .ThenAsync(fields => GrantAsync(fields, cancellation)));

    /// <summary>Ends a session. Whether there was one is not told.</summary>
    [Function("AuthRevoke"), Public]
    public async Task<IResult> Revoke(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/revoke")] HttpRequest request, CancellationToken cancellation)
    {
        var read = await request.ReadTextsAsync(["token", "token_type_hint", "client_id"], cancellation).ThenAsync(fields => Task.FromResult(fields.Requiring("token")));
        if (read.Failed)
            return Problems.From(read.Error);

        await refreshTokens.RevokeAsync(read.Value["token"]!, cancellation);
        return Results.Ok();
    }

    private async Task<Result<Tokens>> GrantAsync(TextFields fields, CancellationToken cancellation)
    {
        switch (fields["grant_type"])
        {
            case "password":
                return await fields.Requiring("username", "password").ThenAsync(_ => signIn.PasswordAsync(fields["username"]!, fields["password"]!, fields["tenant"], cancellation));
            case "refresh_token":
                return await fields.Requiring("refresh_token").ThenAsync(_ => signIn.RefreshAsync(fields["refresh_token"]!, cancellation));
            default:
                return new BadRequest("unsupported-grant-type", "grant_type is password or refresh_token.");
        }
    }
}

/// <summary>Tokens as an answer.</summary>
internal static class TokenReply
{
    public static IResult Of(Result<Tokens> result) => result.Failed
        ? Problems.From(result.Error)
        : Results.Json(
            new JsonObject
            {
                ["access_token"] = result.Value.AccessToken,
                ["token_type"] = "Bearer",
                ["expires_in"] = result.Value.ExpiresIn,
                ["refresh_token"] = result.Value.RefreshToken,
            },
            CrmJson.Options);
}
