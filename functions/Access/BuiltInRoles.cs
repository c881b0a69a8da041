using Crm.Entities.Types;
using Crm.Platform.Auth;

namespace Crm.Access;

/// <summary>The roles that every new tenant begins with. Their ids are their names in camelCase; all but the administrators' are the tenant's to change.</summary>
public static class BuiltInRoles
{
    private static readonly string[] Catalogues =
        ["departments", "email-templates", "employees", "exchange-rates", "partners", "pipelines", "price-lists", "products", "stock-items", "tax-classes", "teams", "users"];

    /// <summary>Orders, and what belongs to one.</summary>
    private static readonly string[] Orders = ["orders", "invoices", "payments", "shipments"];

    /// <summary>By id.</summary>
    public static IReadOnlyDictionary<string, Role> All { get; } = new Dictionary<string, Role>
    {
        [Role.Administrator] = new()
        {
            Name = "Administrator",
            Grants = [Grant(RoleGrants.Any, GrantScope.All, GrantScope.All, GrantScope.All, GrantScope.All)],
            Special = Enum.GetValues<SpecialGrant>(),
        },
        ["manager"] = new()
        {
            Name = "Manager",
            Grants = [Grant(RoleGrants.Any, GrantScope.All, GrantScope.All, GrantScope.TeamTree, GrantScope.All), Nothing("api-keys"), Nothing("inbound-webhooks"), Nothing("webhooks")],
            Special = [SpecialGrant.Import, SpecialGrant.MassUpdate, SpecialGrant.ViewHistory, SpecialGrant.OverrideDuplicates, SpecialGrant.OverridePrices],
        },
        ["sales"] = new()
        {
            Name = "Sales",
            Grants =
            [
                .. Each(["leads", "opportunities", .. Orders], name => Grant(name, GrantScope.Team, GrantScope.Team, GrantScope.Own, GrantScope.Own)),
                .. Each(["accounts", "activities", "attachments", "contacts", "customers", "notes"], name => Grant(name, GrantScope.All, GrantScope.Team, GrantScope.Own, GrantScope.Own)),
                .. Each([.. Catalogues, "campaigns", "cases", "segments"], Reading),
            ],
        },
        ["marketing"] = new()
        {
            Name = "Marketing",
            Grants =
            [
                .. Each(["campaigns", "campaign-members", "consents", "email-templates", "segments", "suppressions"], name => Grant(name, GrantScope.All, GrantScope.All, GrantScope.Own, GrantScope.All)),
                .. Each(["activities", "attachments", "contacts", "leads", "notes"], name => Grant(name, GrantScope.All, GrantScope.All, GrantScope.Own, GrantScope.All)),
                .. Each([.. Catalogues.Except(["email-templates"]), "accounts", "customers"], Reading),
            ],
        },
        ["support"] = new()
        {
            Name = "Support",
            Grants =
            [
                .. Each(["activities", "attachments", "cases", "notes"], name => Grant(name, GrantScope.All, GrantScope.All, GrantScope.Own, GrantScope.Own)),
                .. Each(["accounts", "contacts", "customers"], name => Grant(name, GrantScope.All, GrantScope.All, GrantScope.None, GrantScope.None)),
                .. Each([.. Catalogues, .. Orders], Reading),
            ],
        },
        ["readOnly"] = new()
        {
            Name = "Read only",
            Grants = [Reading(RoleGrants.Any), Nothing("api-keys"), Nothing("inbound-webhooks"), Nothing("webhooks")],
        },
    };

    private static IEnumerable<EntityGrant> Each(IEnumerable<string> collections, Func<string, EntityGrant> grant) => collections.Select(grant);

    private static EntityGrant Grant(string collection, GrantScope read, GrantScope update, GrantScope delete, GrantScope export) =>
        new() { Entity = collection, Create = true, Read = read, Update = update, Delete = delete, Export = export };

    private static EntityGrant Reading(string collection) => new() { Entity = collection, Read = GrantScope.All };

    private static EntityGrant Nothing(string collection) => new() { Entity = collection };
}
