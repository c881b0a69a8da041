using Crm.Entities;
using Crm.Entities.Schema;
using Microsoft.OData.UriParser;

namespace Crm.Query;

/// <summary>
/// Writes a parsed filter as a condition. Cosmos SQL has three truth values (a comparison with an absent field is undefined, and so is its
/// negation) while the API has two, so a negation is carried down to the predicates and each says for itself what absence means. Absent and null are
/// equal.
/// </summary>
internal sealed class FilterTranslator(EntityType type, FilterErrors errors)
{
    public const int MaxDepth = 5;

    private readonly List<SqlParameter> _parameters = [];
    private readonly Dictionary<string, Operand> _variables = new()
    {
        ["$it"] = new("c[\"data\"]", new Field { Name = "", Kind = FieldKind.Object, Fields = type.Fields }),
    };

    private sealed record Operand(string Sql, Field Field)
    {
        public string Absent => $"NOT IS_DEFINED({Sql}) OR IS_NULL({Sql})";

        public string Present => $"(IS_DEFINED({Sql}) AND NOT IS_NULL({Sql}))";

        /// <summary>A condition that also holds where there is no value.</summary>
        public string OrAbsent(string condition) => $"({Absent} OR {condition})";
    }

    /// <summary>The condition, or null after adding to the errors.</summary>
    public SqlPredicate? Translate(SingleValueNode filter)
    {
        var text = Condition(filter, negated: false, depth: 0);
        return errors.All.Count == 0 ? new SqlPredicate(text, _parameters) : null;
    }

    private string Condition(QueryNode node, bool negated, int depth)
    {
        if (depth > MaxDepth)
            return Refuse("filter-too-complex", $"and, or, not and any are nested more than {MaxDepth} deep");

        return node switch
        {
            ConvertNode converted => Condition(converted.Source, negated, depth),
            UnaryOperatorNode { OperatorKind: UnaryOperatorKind.Not } not => Condition(not.Operand, !negated, depth + 1),
            BinaryOperatorNode { OperatorKind: BinaryOperatorKind.And or BinaryOperatorKind.Or } logical => Logical(logical, negated, depth),
            BinaryOperatorNode comparison => Comparison(comparison, negated),
            InNode { Right: CollectionConstantNode list } among => Among(Find(among.Left), list, negated),
            SingleValueFunctionCallNode function => Function(function, negated),
            AnyNode any => Any(any, negated, depth + 1),
            _ when Find(node) is { Field.Kind: FieldKind.Boolean } flag => Equal(flag, new ConstantNode(true), negated),
            _ => Refuse("unsupported-filter", "this form of condition is not available"),
        };
    }

    /// <summary>One row for a chain of the same operator: <c>a and b and c</c> is one level deep.</summary>
    private string Logical(BinaryOperatorNode node, bool negated, int depth)
    {
        var operands = new Stack<QueryNode>();
        for (QueryNode left = node; ;)
        {
            if (left.Unconverted() is not BinaryOperatorNode chain || chain.OperatorKind != node.OperatorKind)
            {
                operands.Push(left);
                break;
            }

            operands.Push(chain.Right);
            left = chain.Left;
        }

        var conjunction = node.OperatorKind == BinaryOperatorKind.And != negated;
        var text = string.Join(conjunction ? " AND " : " OR ", operands.Select(operand => Condition(operand, negated, depth + 1)));

        // Conjuncts stand bare at the top, where an index can serve each.
        return conjunction && depth == 0 ? text : $"({text})";
    }

    private string Comparison(BinaryOperatorNode node, bool negated)
    {
        var (kind, left, right) = (node.OperatorKind, node.Left.Unconverted(), node.Right.Unconverted());
        if (left is ConstantNode)
            (kind, left, right) = (kind.Mirrored(), right, left);
        if (right is not ConstantNode constant || Find(left) is not { } operand)
            return Refuse("unsupported-filter", "only the comparison of a field with a value is available");

        if (kind is BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual)
            return Equal(operand, constant, negated != (kind == BinaryOperatorKind.NotEqual));

        var (sign, opposite) = kind switch
        {
            BinaryOperatorKind.GreaterThan => (">", "<="),
            BinaryOperatorKind.GreaterThanOrEqual => (">=", "<"),
            BinaryOperatorKind.LessThan => ("<", ">="),
            _ => ("<=", ">"),
        };
        var value = Parameter(FilterLiterals.Stored(operand.Field, constant));
        return negated ? operand.OrAbsent($"{operand.Sql} {opposite} {value}") : $"{operand.Sql} {sign} {value}";
    }

    private string Equal(Operand operand, ConstantNode? constant, bool negated)
    {
        if (constant?.Value is null)
            return negated ? operand.Present : $"({operand.Absent})";

        var parameter = Parameter(FilterLiterals.Stored(operand.Field, constant));
        return negated ? operand.OrAbsent($"{operand.Sql} != {parameter}") : $"{operand.Sql} = {parameter}";
    }

    private string Among(Operand? operand, CollectionConstantNode list, bool negated)
    {
        if (operand is null)
            return Refuse("unsupported-filter", "'in' is available for fields only");

        var stored = list.Collection.Where(item => item.Value is not null).Select(item => Parameter(FilterLiterals.Stored(operand.Field, item))).ToList();
        if (stored.Count == 0)
            return Equal(operand, null, negated);

        var among = $"{operand.Sql} IN ({string.Join(", ", stored)})";
        return (negated, list.Collection.Any(item => item.Value is null)) switch
        {
            (false, false) => among,
            (false, true) => operand.OrAbsent(among),
            (true, false) => operand.OrAbsent($"NOT ({among})"),
            (true, true) => $"({operand.Present} AND NOT ({among}))",
        };
    }

    private string Function(SingleValueFunctionCallNode node, bool negated)
    {
        var arguments = node.Parameters.Select(FilterNodes.Unconverted).ToList();
        if (arguments is not [_, ConstantNode { Value: string text }] || Find(arguments[0]) is not { } operand)
            return Refuse("unsupported-filter", $"the function '{node.Name}' is not available here");

        var call = $"{node.Name.ToUpperInvariant()}({operand.Sql}, {Parameter(FilterLiterals.StoredPart(operand.Field, text))})";
        return negated ? operand.OrAbsent($"NOT {call}") : call;
    }

    /// <summary>EXISTS is true or false whatever it finds, an absent list included.</summary>
    private string Any(AnyNode node, bool negated, int depth)
    {
        if (Find(node.Source) is not { Field.Element: { } element } list)
            return Refuse("unsupported-filter", "'any' is available for lists only");

        var alias = $"e{_variables.Count - 1}";
        var text = $"EXISTS(SELECT VALUE {alias} FROM {alias} IN {list.Sql}";
        if (node.CurrentRangeVariable is { } variable)
        {
            _variables[variable.Name] = new Operand(alias, element);
            text += $" WHERE {Condition(node.Body, negated: false, depth)}";
            _variables.Remove(variable.Name);
        }

        return negated ? $"NOT {text})" : $"{text})";
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

    /// <summary>Brackets, because some names are words of SQL: <c>order</c>, <c>from</c>, <c>value</c>.</summary>
    private Operand? Member(QueryNode owner, string name) =>
        Find(owner) is { } found && found.Field.Fields.TryGetValue(name, out var field) ? new Operand($"{found.Sql}[\"{name}\"]", field) : null;

    private string Parameter(object value)
    {
        var name = $"@p{_parameters.Count}";
        _parameters.Add(new SqlParameter(name, value));
        return name;
    }

    private string Refuse(string code, string detail)
    {
        errors.Add(code, detail, null);
        return "false";
    }
}
