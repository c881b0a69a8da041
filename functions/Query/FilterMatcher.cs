using System.Globalization;
using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Schema;
using Microsoft.OData.UriParser;

namespace Crm.Query;

/// <summary>
/// Says of one record that is at hand whether it meets a parsed filter: the same that the condition of <see cref="FilterTranslator"/> says of it in the
/// database. A comparison with what is absent does not hold, so its negation does.
/// </summary>
internal sealed class FilterMatcher
{
    private readonly Dictionary<string, Operand> _variables;

    private FilterMatcher(EntityType type, JsonElement record) =>
        _variables = new() { ["$it"] = new(record, new Field { Name = "", Kind = FieldKind.Object, Fields = type.Fields }) };

    private sealed record Operand(JsonElement Value, Field Field)
    {
        public bool IsAbsent => Value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
    }

    /// <param name="record">As it is stored.</param>
    public static bool Matches(EntityType type, SingleValueNode filter, JsonElement record) => new FilterMatcher(type, record).Holds(filter);

    private bool Holds(QueryNode node) => node.Unconverted() switch
    {
        UnaryOperatorNode { OperatorKind: UnaryOperatorKind.Not } not => !Holds(not.Operand),
        BinaryOperatorNode { OperatorKind: BinaryOperatorKind.And } both => Holds(both.Left) && Holds(both.Right),
        BinaryOperatorNode { OperatorKind: BinaryOperatorKind.Or } either => Holds(either.Left) || Holds(either.Right),
        BinaryOperatorNode comparison => Compares(comparison),
        InNode { Right: CollectionConstantNode list } among => Find(among.Left) is { } operand && list.Collection.Any(item => IsEqual(operand, item)),
        SingleValueFunctionCallNode function => Calls(function),
        AnyNode any => Any(any),
        var flag => Find(flag) is { Value.ValueKind: JsonValueKind.True },
    };

    private bool Compares(BinaryOperatorNode node)
    {
        var (kind, left, right) = (node.OperatorKind, node.Left.Unconverted(), node.Right.Unconverted());
        if (left is ConstantNode)
            (kind, left, right) = (kind.Mirrored(), right, left);
        if (right is not ConstantNode constant || Find(left) is not { } operand)
            return false;
        if (kind is BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual)
            return IsEqual(operand, constant) == (kind == BinaryOperatorKind.Equal);

        return Order(operand, constant) is { } order && kind switch
        {
            BinaryOperatorKind.GreaterThan => order > 0,
            BinaryOperatorKind.GreaterThanOrEqual => order >= 0,
            BinaryOperatorKind.LessThan => order < 0,
            _ => order <= 0,
        };
    }

    private static bool IsEqual(Operand operand, ConstantNode constant) => constant.Value is null ? operand.IsAbsent : Order(operand, constant) == 0;

    /// <summary>How the field compares with the value; null where it has none of its kind.</summary>
    private static int? Order(Operand operand, ConstantNode constant) => (operand.Value.ValueKind, FilterLiterals.Stored(operand.Field, constant)) switch
    {
        (JsonValueKind.String, string text) => string.CompareOrdinal(operand.Value.GetString(), text),
        (JsonValueKind.True or JsonValueKind.False, bool flag) => operand.Value.GetBoolean().CompareTo(flag),
        (JsonValueKind.Number, IConvertible number and not (string or bool)) when operand.Value.TryGetDecimal(out var value) => value.CompareTo(number.ToDecimal(CultureInfo.InvariantCulture)),
        _ => null,
    };

    private bool Calls(SingleValueFunctionCallNode node)
    {
        if (node.Parameters.Select(FilterNodes.Unconverted).ToList() is not [var name, ConstantNode { Value: string text }] || Find(name) is not { Value.ValueKind: JsonValueKind.String } operand)
            return false;

        var (value, part) = (operand.Value.GetString()!, FilterLiterals.StoredPart(operand.Field, text));
        return node.Name switch
        {
            "startswith" => value.StartsWith(part, StringComparison.Ordinal),
            "endswith" => value.EndsWith(part, StringComparison.Ordinal),
            _ => value.Contains(part, StringComparison.Ordinal),
        };
    }

    private bool Any(AnyNode node)
    {
        if (Find(node.Source) is not { Value.ValueKind: JsonValueKind.Array, Field.Element: { } element } list)
            return false;
        if (node.CurrentRangeVariable is not { } variable)
            return list.Value.GetArrayLength() > 0;

        foreach (var item in list.Value.EnumerateArray())
        {
            _variables[variable.Name] = new Operand(item, element);
            if (Holds(node.Body))
                return true;
        }

        return false;
    }

    private Operand? Find(QueryNode node) => node.Unconverted() switch
    {
        SingleValuePropertyAccessNode member => Member(member.Source, member.Property.Name),
        SingleComplexNode member => Member(member.Source, member.Property.Name),
        CollectionPropertyAccessNode member => Member(member.Source, member.Property.Name),
        CollectionComplexNode member => Member(member.Source, member.Property.Name),
        ResourceRangeVariableReferenceNode variable => _variables.GetValueOrDefault(variable.Name),
        NonResourceRangeVariableReferenceNode variable => _variables.GetValueOrDefault(variable.Name),
        _ => null,
    };

    private Operand? Member(QueryNode owner, string name) =>
        Find(owner) is { } found && found.Field.Fields.TryGetValue(name, out var field)
            ? new Operand(found.Value.ValueKind == JsonValueKind.Object && found.Value.TryGetProperty(name, out var value) ? value : default, field)
            : null;
}
