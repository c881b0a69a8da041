using Crm.Entities.Types;
using Crm.Tenants;

namespace Crm.Entities;

/// <summary>Every entity there is. To add one: its record in <c>Types/</c>, its line here, its sample in <c>tests/Samples</c>.</summary>
public sealed class EntityCatalog(IEnumerable<EntityType> types)
{
    private readonly Dictionary<string, EntityType> _byCollection = types.ToDictionary(type => type.Collection, StringComparer.Ordinal);

    /// <summary>The entities of the product.</summary>
    public static IReadOnlyList<EntityType> BuiltIn { get; } =
    [
        EntityType.Of<Account>("accounts"),
        EntityType.Of<Activity>("activities"),
        EntityType.Of<ApiKey>("api-keys"),
        EntityType.Of<Attachment>("attachments"),
        EntityType.Of<Campaign>("campaigns"),
        EntityType.Of<CampaignMember>("campaign-members"),
        EntityType.Of<Case>("cases"),
        EntityType.Of<Consent>("consents"),
        EntityType.Of<Contact>("contacts"),
        EntityType.Of<Customer>("customers"),
        EntityType.Of<Department>("departments"),
        EntityType.Of<EmailTemplate>("email-templates"),
        EntityType.Of<Employee>("employees"),
        EntityType.Of<ExchangeRate>("exchange-rates"),
        EntityType.Of<InboundWebhook>("inbound-webhooks"),
        EntityType.Of<Invoice>("invoices", madeBy: "orders/{id}/invoice"),
        EntityType.Of<Lead>("leads"),
        EntityType.Of<Note>("notes"),
        EntityType.Of<Opportunity>("opportunities"),
        EntityType.Of<SalesOrder>("orders", name: "order"),
        EntityType.Of<Partner>("partners"),
        EntityType.Of<Payment>("payments", madeBy: "orders/{id}/payments"),
        EntityType.Of<Pipeline>("pipelines"),
        EntityType.Of<PriceList>("price-lists"),
        EntityType.Of<Product>("products"),
        EntityType.Of<Role>("roles"),
        EntityType.Of<Segment>("segments"),
        EntityType.Of<Shipment>("shipments", madeBy: "orders/{id}/shipments"),
        EntityType.Of<StockItem>("stock-items"),
        EntityType.Of<Suppression>("suppressions"),
        EntityType.Of<TaxClass>("tax-classes"),
        EntityType.Of<Team>("teams"),
        EntityType.Of<Tenant>("tenants", exposed: false),
        EntityType.Of<User>("users"),
        EntityType.Of<Webhook>("webhooks"),
    ];

    public IReadOnlyCollection<EntityType> All => _byCollection.Values;

    /// <summary>The entity the generic routes serve under this path segment, or null.</summary>
    public EntityType? Exposed(string collection) =>
        _byCollection.TryGetValue(collection, out var type) && type.Exposed ? type : null;

    /// <exception cref="KeyNotFoundException">A programming error: no such collection is declared.</exception>
    public EntityType Get(string collection) => _byCollection[collection];

    /// <summary>The entity of a record type.</summary>
    public EntityType Of<T>() where T : Entity => _byCollection.Values.Single(type => type.Record == typeof(T));

    /// <summary>Every declared reference to a collection, with the entity that holds it.</summary>
    public IEnumerable<(EntityType Holder, Schema.ReferencePath Path)> ReferencesTo(string collection) =>
        from holder in _byCollection.Values
        from path in holder.References
        where path.Reference.Collections.Contains(collection)
        select (holder, path);
}
