using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crm.Platform.Mail;

internal static class MailServices
{
    public static IServiceCollection AddMail(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MailSettings>()
            .Bind(configuration.GetSection(MailSettings.Section))
            .Validate(settings => settings.HasFrom, "Mail__From must be an e-mail address, with a name before it if wanted: CRM <crm@example.com>.")
            .Validate(settings => settings.HasPort, "Mail__Port must be from 1 to 65535.")
            .Validate(settings => settings.HidesPassword, "Mail__Security must be StartTls or Tls where a Mail__Password goes to another machine.")
            .ValidateOnStart();
        return services
            .AddSingleton<SmtpMail>()
            .AddSingleton<FolderMail>()
            .AddSingleton<IMailTransport>(provider => provider.GetRequiredService<IOptions<MailSettings>>().Value.Host is { Length: > 0 }
                ? provider.GetRequiredService<SmtpMail>()
                : provider.GetRequiredService<FolderMail>());
    }
}
