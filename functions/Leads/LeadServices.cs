using Microsoft.Extensions.DependencyInjection;

namespace Crm.Leads;

internal static class LeadServices
{
    public static IServiceCollection AddLeads(this IServiceCollection services) => services.AddScoped<ConvertLead>();
}
