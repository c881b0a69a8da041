using Microsoft.OData.UriParser;

namespace Crm.Query;

/// <summary>What OData makes of a filter, without what is of no concern here.</summary>
internal static class FilterNodes
{
    /// <summary>The node without the conversions that OData puts around it.</summary>
    public static QueryNode Unconverted(this QueryNode node) => node is ConvertNode converted ? converted.Source.Unconverted() : node;

    /// <summary>The comparison with its sides changed over.</summary>
    public static BinaryOperatorKind Mirrored(this BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.GreaterThan => BinaryOperatorKind.LessThan,
        BinaryOperatorKind.GreaterThanOrEqual => BinaryOperatorKind.LessThanOrEqual,
        BinaryOperatorKind.LessThan => BinaryOperatorKind.GreaterThan,
        BinaryOperatorKind.LessThanOrEqual => BinaryOperatorKind.GreaterThanOrEqual,
        _ => kind,
    };
}
