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
    /// <summary>Makes a tenant with its administrator, roles and pipeline.</summary>
    [Function("AuthTenants"), Platform]
    public async Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/tenants")] HttpRequest request, CancellationToken cancellation)
    {
        var made = await request.ReadWriteAsync(cancellation, MediaTypes.Json).ThenAsync(write => CreateAsync(write.Body, cancellation));
        return made.Failed
            ? Problems.From(made.Error)
            : Results.Json(new JsonObject { ["id"] = made.Value.Slug, ["slug"] = made.Value.Slug, ["name"] = made.Value.Name }, CrmJson.Options, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Suspends a tenant, or opens it again.</summary>
    [Function("AuthTenantStatus"), Platform]
    public async Task<IResult> Status(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "auth/tenants/{id}")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var changed = await request.ReadTextsAsync(["status"], cancellation)
            .ThenAsync(fields => Task.FromResult(fields.Requiring("status")))
            .ThenAsync(fields => SetStatusAsync(id, fields["status"]!, cancellation));
        return changed.Failed ? Problems.From(changed.Error) : Results.Json(new JsonObject { ["id"] = id, ["status"] = changed.Value }, CrmJson.Options);
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

        var errors = new List<FieldError>();
        var (email, password) = (Text("adminEmail"), Text("adminPassword"));
        if (email is not null && TextForms.Normalize(TextForm.Email, email) is null)
            errors.Add(new FieldError("#/adminEmail", "format", TextForms.Requirement(TextForm.Email)));
        if (password is not null && credentials.Refuse(password, "#/adminPassword") is { } weak)
            errors.Add(weak);

        var type = catalog.Of<Tenant>();
        var binder = new BodyBinder(type.Fields);
        var bound = binder.Create(JsonSerializer.SerializeToElement(fields, CrmJson.Options));
        errors.AddRange(binder.Errors);
        if (bound["slug"] is { } slug && !Slug().IsMatch(slug.GetValue<string>()))
            errors.Add(new FieldError("#/slug", "format", "must be 2 to 40 lower-case letters, digits and single hyphens, such as acme-nordic"));

        return errors.Count > 0 ? new Invalid(errors) : ((Tenant)type.Deserialize(bound), new FirstUser(email!, password!));

        string? Text(string name)
        {
            var value = fields[name];
            fields.Remove(name);
            if (value?.GetValueKind() == JsonValueKind.String)
                return value.GetValue<string>();

            errors.Add(new FieldError($"#/{name}", "required", "is required"));
            return null;
        }
    }

    [GeneratedRegex("^(?=.{2,40}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex Slug();
}
