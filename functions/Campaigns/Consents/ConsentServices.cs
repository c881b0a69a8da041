using Crm.Entities.Types;
using Crm.History;
using Crm.Platform.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Campaigns.Consents;

internal static class ConsentServices
{
    public static IServiceCollection AddConsents(this IServiceCollection services) => services
        .AddSingleton(new EventRoute($"consent.{Consent.Requested}", Queues.Confirmations))
        .AddSingleton<ConfirmationLinks>()
        .AddScoped<ConsentLog>()
        .AddScoped<PartyAddresses>()
        .AddScoped<ConfirmationClaims>()
        .AddScoped<ConfirmConsent>()
        .AddScoped<AskForConfirmation>();
}
