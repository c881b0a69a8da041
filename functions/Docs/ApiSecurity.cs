using Crm.Platform.Auth;
using Microsoft.OpenApi;

namespace Crm.Docs;

/// <summary>How requests say who is asking, and which operations ask for it.</summary>
internal static class ApiSecurity
{
    private const string SignIn = "signIn";
    private const string ApiKey = "apiKey";
    private const string Platform = "platformKey";

    public static void AddTo(OpenApiComponents components) => components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
    {
        [SignIn] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.OAuth2,
            Description = "A user, with name and password.",
            Flows = new OpenApiOAuthFlows
            {
                Password = new OpenApiOAuthFlow
                {
                    TokenUrl = new Uri("/auth/token", UriKind.Relative),
                    RefreshUrl = new Uri("/auth/token", UriKind.Relative),
                    Scopes = new Dictionary<string, string>(),
                },
            },
        },
        [ApiKey] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key made with `POST /api/v1/api-keys`, for a program." },
        [Platform] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The key of the deployment's operator." },
    };

    public static List<OpenApiSecurityRequirement> Of(AccessAttribute access, OpenApiDocument document)
    {
        return access switch
        {
            PublicAttribute => [],
            PlatformAttribute => [Requires(Platform)],
            UserOnlyAttribute => [Requires(SignIn)],
            _ => [Requires(SignIn), Requires(ApiKey)],
        };

        OpenApiSecurityRequirement Requires(string scheme) => new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
    }
}
