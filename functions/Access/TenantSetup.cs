using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Tenants;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Access;

/// <summary>The first user of a tenant.</summary>
public sealed record FirstUser(string Email, string Password);

/// <summary>
/// Makes a tenant: roles, administrator, pipeline, and at last the mark that opens it. Ids are fixed, so that a set-up that was cut short is begun again and
/// ends with one of each. A tenant's id is its slug.
/// </summary>
public sealed class TenantSetup(IServiceScopeFactory scopes, EntityCatalog catalog, TenantDirectory tenants)
{
    public static string AdminId(string tenantId) => Ids.From(tenantId, "users", "admin");

    public static string PipelineId(string tenantId) => Ids.From(tenantId, "pipelines", "standard");

    /// <summary>False where the tenant was there and complete already; then nothing has changed.</summary>
    /// <param name="administrator">Asked for when it is needed.</param>
    public async Task<bool> EnsureAsync(Tenant tenant, Func<FirstUser> administrator, CancellationToken cancellation)
    {
        var (id, admin) = (tenant.Slug, AdminId(tenant.Slug));
        await using var scope = scopes.CreateScopeFor(Caller.System(id, "setup", "Setup"));
        var versions = scope.ServiceProvider.GetRequiredService<AccessVersions>();
        if (await versions.FindAsync(id, cancellation) is not null)
            return false;

        var entities = scope.ServiceProvider.GetRequiredService<EntityService>();
        var complete = tenants.Keep(id, tenant with { DefaultPipelineId = PipelineId(id) });
        foreach (var (roleId, role) in BuiltInRoles.All)
            await EnsureAsync(roleId, role);

        var first = administrator();
        await EnsureAsync(admin, new User { Name = "Administrator", UserName = "admin", Email = first.Email, Status = UserStatus.Active, RoleIds = [Role.Administrator] });
        await EnsureAsync(PipelineId(id), Pipeline.Standard);
        await EnsureAsync(id, complete);
        await scope.ServiceProvider.GetRequiredService<Credentials>().SetAsync(id, admin, first.Password, cancellation);
        await versions.OpenAsync(id, cancellation);
        return true;

        async Task EnsureAsync<T>(string recordId, T entity) where T : Entity
        {
            var type = catalog.Of<T>();
            var created = await entities.CreateAsync(type, recordId, type.Serialize(entity), new WriteOptions(), cancellation);
            if (created.Failed && created.Error is not Conflict)
                throw new InvalidOperationException($"The tenant's {type.Name} could not be created: {created.Error.Detail}");
        }
    }
}
