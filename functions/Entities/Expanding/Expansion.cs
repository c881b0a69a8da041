using Crm.Entities.Schema;

namespace Crm.Entities.Expanding;

/// <summary>A reference whose record is shown with the one that refers to it: <c>account</c> for <c>accountId</c>, <c>regarding</c> for a link.</summary>
/// <param name="Name">As the client wrote it: where the record is shown.</param>
/// <param name="Field">Which holds the reference.</param>
/// <param name="Inner">What is shown with that record in turn.</param>
internal sealed record Expansion(string Name, Field Field, List<Expansion> Inner)
{
    /// <summary>The record is shown inside of the link, beside its id and type.</summary>
    public bool IsLink => Field.Kind == FieldKind.Object;

    /// <summary>How many records are read for one.</summary>
    public int Records => 1 + Inner.Sum(inner => inner.Records);

    /// <summary>The references of an entity that can be expanded, by the name to ask for them by. Those in lists cannot.</summary>
    public static IEnumerable<(string Name, Field Field)> Of(EntityType type) =>
        from field in type.Fields.Values
        where field.Reference is not null && field.Filterable
        select (field.Kind == FieldKind.Object ? field.Name : field.Name[..^"Id".Length], field);
}
