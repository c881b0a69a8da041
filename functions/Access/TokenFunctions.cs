using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
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
    /// <summary>What is signed in with: name and password, or a refresh token.</summary>
    internal sealed record TokenRequest
    {
        /// <summary><c>password</c> or <c>refresh_token</c>.</summary>
        [JsonPropertyName("grant_type"), StringLength(TextFields.MaxLength)] public string? GrantType { get; init; }

        /// <summary>E-mail address or user name.</summary>
        [JsonPropertyName("username"), StringLength(TextFields.MaxLength)] public string? UserName { get; init; }

        [StringLength(TextFields.MaxLength)] public string? Password { get; init; }

        /// <summary>The tenant's slug; needed where several tenants have users of this name.</summary>
        [StringLength(TextFields.MaxLength)] public string? Tenant { get; init; }

        [JsonPropertyName("refresh_token"), StringLength(TextFields.MaxLength)] public string? RefreshToken { get; init; }

        /// <summary>Says nothing here: roles say what one may.</summary>
        [StringLength(TextFields.MaxLength)] public string? Scope { get; init; }

        /// <summary>Says nothing here: OAuth clients send it.</summary>
        [JsonPropertyName("client_id"), StringLength(TextFields.MaxLength)] public string? ClientId { get; init; }
    }

    internal sealed record TokenRevocation
    {
        /// <summary>A refresh token.</summary>
        [StringLength(TextFields.MaxLength)] public required string Token { get; init; }

        [JsonPropertyName("token_type_hint"), StringLength(TextFields.MaxLength)] public string? TokenTypeHint { get; init; }

        [JsonPropertyName("client_id"), StringLength(TextFields.MaxLength)] public string? ClientId { get; init; }
    }

    /// <summary>Gives tokens for a password, or for a refresh token.</summary>
    [Function("AuthToken"), Public]
    [Operation("signIn"), Takes(typeof(TokenRequest), MediaTypes.Form, MediaTypes.Json), Answers(200, typeof(Tokens)), Fails(403)]
    public async Task<IResult> Token(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/token")] HttpRequest request, CancellationToken cancellation) =>
        TokenReply.Of(await request.ReadTextsAsync<TokenRequest>(cancellation)
            .ThenAsync(fields => GrantAsync(fields, cancellation)));

    /// <summary>Ends a session. Whether there was one is not told.</summary>
    [Function("AuthRevoke"), Public]
    [Operation("signOut"), Takes(typeof(TokenRevocation), MediaTypes.Form, MediaTypes.Json), Answers(200)]
    public async Task<IResult> Revoke(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/revoke")] HttpRequest request, CancellationToken cancellation)
    {
        var read = await request.ReadTextsAsync<TokenRevocation>(cancellation);
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
    public static IResult Of(Result<Tokens> result) => result.Failed ? Problems.From(result.Error) : Results.Json(result.Value, CrmJson.Options);
}
