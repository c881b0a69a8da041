using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Crm.Tenants;

/// <summary>
/// Makes the tenant <c>default</c> at the first start, with its administrator and its pipeline. Ids are fixed, so that a start that was cut short,
/// or two at once, end with one of each.
/// </summary>
internal sealed class FirstTenant(IServiceScopeFactory scopes, EntityCatalog catalog, TenantDirectory tenants) : IHostedService
{
    public const string TenantId = "default";

    public static readonly string AdminId = Ids.From(TenantId, "users", "admin");

    private static readonly string PipelineId = Ids.From(TenantId, "pipelines", "standard");

    private static readonly Actor Setup = new() { Kind = ActorKind.System, Id = "setup", Name = "Setup" };

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var call = scope.ServiceProvider.GetRequiredService<CallContext>();
        call.Caller = new Caller(TenantId, Setup);
        call.RequestId = "setup";
        if (await tenants.FindAsync(TenantId, scope.ServiceProvider.GetRequiredService<RecordStore>(), cancellationToken) is not null)
            return;

        var tenant = new Tenant { Name = "Default", Slug = "default", BaseCurrency = "EUR", TimeZone = "UTC", DefaultPipelineId = PipelineId };
        tenants.Keep(TenantId, tenant);
        var entities = scope.ServiceProvider.GetRequiredService<EntityService>();
        await EnsureAsync(AdminId, new User { Name = "Administrator", UserName = "admin", Email = "admin@example.com", Status = UserStatus.Active });
        await EnsureAsync(PipelineId, Pipeline.Standard);
        await EnsureAsync(TenantId, tenant);

        async Task EnsureAsync<T>(string id, T entity) where T : Entity
        {
            var type = catalog.Of<T>();
            var fields = (JsonObject)type.Serialize(entity);
            var created = await entities.CreateAsync(type, id, fields, new WriteOptions(), cancellationToken);
            if (created.Failed && created.Error is not Conflict)
                throw new InvalidOperationException($"The first tenant's {type.Name} could not be created: {created.Error.Detail}");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
