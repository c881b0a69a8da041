using Crm.Access;
using Crm.Campaigns;
using Crm.Customers;
using Crm.Docs;
using Crm.Entities;
using Crm.Files;
using Crm.Health;
using Crm.History;
using Crm.Leads;
using Crm.Orders;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Blobs;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Cosmos;
using Crm.Platform.Http;
using Crm.Platform.Mail;
using Crm.Platform.Messaging;
using Crm.Platform.Telemetry;
using Crm.Query;
using Crm.Sales;
using Crm.Tenants;
using Crm.Webhooks;
using Crm.Webhooks.Inbound;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Crm;

/// <summary>The app, put together: middleware in its order, one line per slice.</summary>
public static class CrmApplication
{
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.UseMiddleware<TelemetryMiddleware>();
        builder.UseMiddleware<RequestMiddleware>();
        builder.UseMiddleware<DoorMiddleware>();

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddScoped<CallContext>();
        builder.Services.AddRequestLimits(builder.Configuration);
        builder.Services.AddSingleton<SystemCalls>();
        builder.Services.AddSingleton<FeedLag>();
        builder.Services.AddBlobs(builder.Configuration);
        builder.Services.AddCosmos(builder.Configuration);
        builder.Services.AddMail(builder.Configuration);
        builder.Services.AddMessaging(builder.Configuration);
        builder.Services.AddTelemetry(builder.Configuration);
        builder.Services.AddEntities();
        builder.Services.AddCampaigns(builder.Configuration);
        builder.Services.AddCustomers();
        builder.Services.AddDocs();
        builder.Services.AddFiles(builder.Configuration);
        builder.Services.AddHealth();
        builder.Services.AddHistory();
        builder.Services.AddLeads();
        builder.Services.AddOrders();
        builder.Services.AddQuery(builder.Configuration);
        builder.Services.AddSales();
        builder.Services.AddTenants();
        builder.Services.AddWebhooks(builder.Configuration);
        builder.Services.AddInboundWebhooks();
        builder.Services.AddAccess(builder.Configuration);
        return builder;
    }
}
