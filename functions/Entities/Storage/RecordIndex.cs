using Crm.Entities.Schema;

namespace Crm.Entities.Storage;

/// <summary>Which paths of a stored record are indexed: its filterable fields, and the folded copies it is sorted by.</summary>
public sealed class RecordIndex(EntityCatalog catalog)
{
    /// <summary>In the form of an indexing policy: <c>/data/name/?</c>, <c>/data/tags/[]/?</c>.</summary>
    public IEnumerable<string> Paths => catalog.All
        .SelectMany(type => type.Fields.Values)
        .SelectMany(declared => Data(declared, $"/data/{declared.Name}").Concat(Sort(declared)))
        .Distinct()
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Data(Field field, string path) => field switch
    {
        { Filterable: false } => [],
        { Element: { } element } => Data(element, path + "/[]"),
        { Kind: FieldKind.Object } => field.Fields.Values.SelectMany(member => Data(member, $"{path}/{member.Name}")),
        { Kind: FieldKind.Json } => [],
        _ => [path + "/?"],
    };

    private static IEnumerable<string> Sort(Field field) => field.Sortable ? [$"/{field.OrderPath.Replace('.', '/')}/?"] : [];
}
