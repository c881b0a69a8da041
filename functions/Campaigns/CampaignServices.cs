using Crm.Campaigns.Consents;
using Crm.Campaigns.Sending;
using Crm.Campaigns.Tracking;
using Crm.History;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Campaigns;

internal static class CampaignServices
{
    public static IServiceCollection AddCampaigns(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SendSettings>()
            .Bind(configuration.GetSection(SendSettings.Section))
            .Validate(settings => settings.IsValid, "Campaigns__ClaimSeconds and Campaigns__RetrySeconds must be from 1 to 3600.")
            .ValidateOnStart();
        foreach (var type in CampaignWork.Handled)
            services.AddSingleton(new EventRoute(type, Queues.CampaignSends));

        return services
            .AddTracking(configuration)
            .AddConsents()
            .AddSingleton(new FeedFunction(nameof(MeasureCampaigns)))
            .AddScoped<SendTest>()
            .AddScoped<CampaignMessages>()
            .AddScoped<MergeValues>()
            .AddScoped<Suppressions>()
            .AddScoped<Launchers>()
            .AddScoped<Audience>()
            .AddScoped<LaunchChecks>()
            .AddScoped<CampaignActions>()
            .AddScoped<CampaignPreview>()
            .AddScoped<CampaignsUnderWay>()
            .AddScoped<CampaignStates>()
            .AddScoped<CampaignPlans>()
            .AddScoped<CampaignTotals>()
            .AddScoped<CampaignEffects>()
            .AddScoped<CampaignProgress>()
            .AddScoped<CampaignMail>()
            .AddScoped<Recipients>()
            .AddScoped<MailEvents>()
            .AddScoped<RecipientLists>()
            .AddScoped<SendChecks>()
            .AddScoped<SendThrottle>()
            .AddScoped<Turns>()
            .AddScoped<StartCampaign>()
            .AddScoped<ExpandCampaign>()
            .AddScoped<SendCampaignMail>()
            .AddScoped<SendShard>()
            .AddScoped<CampaignWork>()
            .AddScoped<WatchCampaign>()
            .AddScoped<WatchCampaigns>()
            .AddScoped<MeasureCampaigns>();
    }
}
