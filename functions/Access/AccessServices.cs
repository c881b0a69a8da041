using Crm.Entities.Writing;
using Crm.Platform.Auth;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Access;

internal static class AccessServices
{
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AuthOptions>()
            .Bind(configuration.GetSection(AuthOptions.Section))
            .Validate(options => options.HasKeys, $"Auth__SigningKeys {KeyRing.Requirement}")
            .Validate(options => options.HasLifetimes, "Auth__AccessTokenMinutes must be 1 to 1440, Auth__RefreshTokenDays 1 to 365, Auth__LinkHours 1 to 720.")
            .Validate(options => options.MinPasswordLength is >= 8 and <= 100, "Auth__MinPasswordLength must be 8 to 100.")
            .Validate(options => options.HasEnvironment, "Auth__KeyEnvironment must be 1 to 20 letters and digits.")
            .ValidateOnStart();
        services.AddOptions<PlatformOptions>()
            .Bind(configuration.GetSection(PlatformOptions.Section))
            .Validate(options => options.AdminKey is not { Length: < PlatformOptions.MinKeyLength }, $"Platform__AdminKey must have at least {PlatformOptions.MinKeyLength} characters, such as `openssl rand -base64 32` prints.")
            .ValidateOnStart();
        services.AddOptions<FirstAdminOptions>()
            .Bind(configuration.GetSection(FirstAdminOptions.Section))
            .Configure(options => options.Password = configuration["CRM_ADMIN_PASSWORD"] is { Length: > 0 } given ? given : options.Password)
            .Validate(options => options.HasEmail, "FirstAdmin__Email is not an e-mail address.")
            .Validate(options => options.Password is not { Length: < 10 }, "FirstAdmin__Password (or CRM_ADMIN_PASSWORD) must have at least 10 characters.")
            .ValidateOnStart();

        return services
            .AddSingleton(new AccessDeclarations(typeof(AccessServices).Assembly.GetTypes()))
            .AddSingleton<AccessTokens>()
            .AddSingleton<AccessCache>()
            .AddSingleton<TenantSetup>()
            .AddSingleton<AccountMail>()
            .AddScoped<AccessVersions>()
            .AddScoped<AccessReader>()
            .AddScoped<ApiKeys>()
            .AddScoped<Credentials>()
            .AddScoped<Logins>()
            .AddScoped<SignInAttempts>()
            .AddScoped<RefreshTokens>()
            .AddScoped<OneTimeLinks>()
            .AddScoped<SignIn>()
            .AddScoped<Passwords>()
            .AddScoped<RecordAccess>()
            .AddScoped<IAuthentication, Authentication>()
            .AddScoped<IWriteStep, AccessSteps>()
            .AddHostedService<FirstTenant>();
    }
}
