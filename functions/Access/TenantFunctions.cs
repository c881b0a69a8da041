using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Crm.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Access;

/// <summary>What the operator of the deployment does with tenants.</summary>
public sealed partial class TenantFunctions(EntityCatalog catalog, TenantSetup setup, Credentials credentials, IServiceScopeFactory scopes)
{
    private static readonly IReadOnlyDictionary<string, Field> OfAdministrator = SchemaReader.Read(typeof(FirstAdministrator));

    /// <summary>Who will have all rights in a new tenant.</summary>
    internal sealed record FirstAdministrator
    {
        [Form(TextForm.Email)] public required string AdminEmail { get; init; }

        public required string AdminPassword { get; init; }
    }

    internal sealed record TenantChange
    {
        /// <summary><c>active</c> or <c>suspended</c>.</summary>
        [StringLength(TextFields.MaxLength)] public required string Status { get; init; }
    }

    /// <summary>A tenant that was made.</summary>
    internal sealed record MadeTenant(string Id, string Slug, string Name);

    /// <summary>How a tenant stands.</summary>
    internal sealed record ChangedTenant(string Id, string Status);

    /// <summary>Makes a tenant with its administrator, roles and pipeline.</summary>
    [Function("AuthTenants"), Platform]
    [Operation("createTenant"), Takes(typeof(Tenant), With = typeof(FirstAdministrator)), Answers(201, typeof(MadeTenant)), Fails(409)]
    public async Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/tenants")] HttpRequest request, CancellationToken cancellation)
    {
        var made = await request.ReadWriteAsync(cancellation, MediaTypes.Json).ThenAsync(write => CreateAsync(write.Body, cancellation));
        return made.Failed
            ? Problems.From(made.Error)
            : Results.Json(new MadeTenant(made.Value.Slug, made.Value.Slug, made.Value.Name), CrmJson.Options, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Suspends a tenant, or opens it again.</summary>
    /// <param name="id">The tenant's slug.</param>
    [Function("AuthTenantStatus"), Platform]
    [Operation("changeTenantStatus"), Takes(typeof(TenantChange), MediaTypes.Json, MediaTypes.MergePatch, MediaTypes.Form), Answers(200, typeof(ChangedTenant))]
    public async Task<IResult> Status(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "auth/tenants/{id}")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var changed = await request.ReadTextsAsync<TenantChange>(cancellation)
            .ThenAsync(fields => SetStatusAsync(id, fields["status"]!, cancellation));
        return changed.Failed ? Problems.From(changed.Error) : Results.Json(new ChangedTenant(id, changed.Value), CrmJson.Options);
    }

    private async Task<Result<string>> SetStatusAsync(string id, string status, CancellationToken cancellation)
    {
        if (status is not ("active" or "suspended"))
            return new Invalid([new FieldError("#/status", "unknown-value", "must be active or suspended")]);

        await using var scope = scopes.CreateScopeFor(Caller.System(id, "operator", "Operator"));
        var changed = await scope.ServiceProvider.GetRequiredService<EntityService>().ActAsync<Tenant>(
            id, "status", new WriteOptions(), tenant => tenant with { Status = status == "active" ? TenantStatus.Active : TenantStatus.Suspended }, cancellation);
        return changed.Error switch
        {
            null => status,
            NotFound => new NotFound("There is no such tenant."),
            var error => error,
        };
    }

    private async Task<Result<Tenant>> CreateAsync(JsonElement body, CancellationToken cancellation)
    {
        var read = Read(body);
        if (read.Failed)
            return read.Error;

        var (tenant, administrator) = read.Value;
        return await setup.EnsureAsync(tenant, () => administrator, cancellation) ? tenant : new Duplicate("slug", []);
    }

    private Result<(Tenant Tenant, FirstUser Administrator)> Read(JsonElement body)
    {
        if (body.ToNode() is not JsonObject fields)
            return new Invalid([new FieldError("#", "type", "must be a JSON object")]);

        var type = catalog.Of<Tenant>();
        var (tenantBinder, administratorBinder) = (new BodyBinder(type.Fields), new BodyBinder(OfAdministrator));
        var bound = Bind(tenantBinder, fields.Where(field => !OfAdministrator.ContainsKey(field.Key)));
        var administrator = Bind(administratorBinder, fields.Where(field => OfAdministrator.ContainsKey(field.Key)));
        List<FieldError> errors = [.. tenantBinder.Errors, .. administratorBinder.Errors];
        var (email, password) = ((string?)administrator["adminEmail"], (string?)administrator["adminPassword"]);
        if (password is not null && credentials.Refuse(password, "#/adminPassword") is { } weak)
            errors.Add(weak);
        if (bound["slug"] is { } slug && !Slug().IsMatch(slug.GetValue<string>()))
            errors.Add(new FieldError("#/slug", "format", "must be 2 to 40 lower-case letters, digits and single hyphens, such as acme-nordic"));

        return errors.Count > 0 ? new Invalid(errors) : ((Tenant)type.Deserialize(bound), new FirstUser(email!, password!));
    }

    private static JsonObject Bind(BodyBinder binder, IEnumerable<KeyValuePair<string, JsonNode?>> members) =>
        binder.Create(JsonSerializer.SerializeToElement(members.ToDictionary(), CrmJson.Options));

    [GeneratedRegex("^(?=.{2,40}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex Slug();
}
