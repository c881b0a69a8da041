using Crm.History;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Crm.Tests.Campaigns.Consents;

/// <summary>A CRM whose events go to no queue, so that nobody is asked but by the test, with faults on the way.</summary>
public sealed class UnaskedApp : CrmApp
{
    internal Faults Faults { get; } = new();

    protected override void Configure(FunctionsApplicationBuilder builder)
    {
        builder.Services.RemoveAll<EventRoute>();
        builder.Services.PostConfigure<CosmosClientOptions>(options => options.CustomHandlers.Add(Faults.NewHandler()));
    }
}
