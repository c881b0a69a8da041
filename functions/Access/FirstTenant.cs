using System.Buffers.Text;
using System.Security.Cryptography;
using Crm.Entities.Schema;
using Crm.Tenants;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Crm.Access;

/// <summary>Settings of the first administrator, from the section <c>FirstAdmin</c>.</summary>
public sealed record FirstAdminOptions
{
    public const string Section = "FirstAdmin";

    public string Email { get; init; } = "admin@example.com";

    /// <summary>Also as <c>CRM_ADMIN_PASSWORD</c>. Used at the first start and never again.</summary>
    public string? Password { get; set; }

    /// <summary>Where there is no password, one is made and printed once: for one machine with one console, not where output is kept.</summary>
    public bool PrintPassword { get; init; }

    internal bool HasEmail => TextForms.Normalize(TextForm.Email, Email) is not null;
}

/// <summary>Makes the tenant <c>default</c> at the first start, with its administrator.</summary>
public sealed partial class FirstTenant(TenantSetup setup, IOptions<FirstAdminOptions> options, ILogger<FirstTenant> logger) : IHostedService
{
    public const string TenantId = "default";

    public static readonly string AdminId = TenantSetup.AdminId(TenantId);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value is { Password: null, PrintPassword: false })
        {
            Log.NoAdministrator(logger);
            return;
        }

        var tenant = new Tenant { Name = "Default", Slug = TenantId, BaseCurrency = "EUR", TimeZone = "UTC" };
        await setup.EnsureAsync(tenant, () => new FirstUser(options.Value.Email, options.Value.Password ?? Printed()), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private string Printed()
    {
        var password = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(15));
        Console.Out.WriteLine($"Administrator {options.Value.Email} with the password {password} (shown this once)");
        return password;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "No first tenant is made: FirstAdmin__Password is not set")]
        public static partial void NoAdministrator(ILogger logger);
    }
}
