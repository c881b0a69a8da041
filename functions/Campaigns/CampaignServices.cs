using Crm.Campaigns.Sending;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Campaigns;

internal static class CampaignServices
{
    public static IServiceCollection AddCampaigns(this IServiceCollection services) => services
        .AddScoped<SendTest>()
        .AddScoped<CampaignMessages>()
        .AddScoped<MergeValues>()
        .AddScoped<Suppressions>()
        .AddScoped<CampaignMail>()
        .AddScoped<Recipients>()
        .AddScoped<MailEvents>()
        .AddSingleton<IMailDecoration, MailReferences>()
        .AddScoped<CampaignTotals>();
}
