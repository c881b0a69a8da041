using Crm.Entities;
using Crm.Entities.Schema;

namespace Crm.Query;

/// <summary>Finds the field a path names, from the record or from the variable of an <c>any</c>.</summary>
internal sealed class FilterFields(EntityType type, FilterErrors errors)
{
    private readonly List<Variable> _variables = [];

    /// <param name="Element">Null where the list was not found: what is said of it is not checked.</param>
    /// <param name="Depth">How many parentheses are open where it is known.</param>
    private sealed record Variable(string Name, Field? Element, int Depth);

    /// <summary>A variable is known until its parenthesis closes.</summary>
    public void Enter(FilterToken name, Field? element, int depth)
    {
        if (name.Text.AsSpan().IndexOfAny('/', '.', '$') >= 0 || name.Text[0] == '@' || name.IsLiteral)
            errors.Add("invalid-filter", $"'{name.Text}' cannot be a variable", name.Position);
        else if (_variables.Exists(known => known.Name == name.Text))
            errors.Add("invalid-filter", $"the variable '{name.Text}' is already in use", name.Position);

        _variables.Add(new Variable(name.Text, element, depth));
    }

    public void Leave(int depth) => _variables.RemoveAll(variable => variable.Depth > depth);

    /// <summary>Whether a path begins with something there is.</summary>
    public bool Knows(FilterToken token)
    {
        var first = token.Text.Split('/')[0];
        return type.Fields.ContainsKey(first) || _variables.Exists(variable => variable.Name == first);
    }

    /// <summary>The field, or null after saying why there is none.</summary>
    public Field? Find(FilterToken token)
    {
        var steps = token.Text.Split('/');
        var position = token.Position;
        Field? field = null;
        var next = 0;
        if (_variables.Find(variable => variable.Name == steps[0]) is { } variable)
        {
            if (variable.Element is null)
                return null;

            (field, next, position) = (variable.Element, 1, position + steps[0].Length + 1);
        }

        for (; next < steps.Length; next++)
        {
            var fields = field is null ? type.Fields : field.Fields;
            if (!fields.TryGetValue(steps[next], out var member))
            {
                Refuse(field, fields, steps, next, position);
                return null;
            }

            if (member.Kind == FieldKind.Json)
            {
                errors.Add("unsupported-filter", $"filtering on '{member.Name}' is not available", position);
                return null;
            }

            if (!member.Filterable)
            {
                errors.Add("not-filterable", $"'{member.Name}' cannot be filtered on", position);
                return null;
            }

            field = member;
            position += steps[next].Length + 1;
        }

        return field;
    }

    private void Refuse(Field? field, IReadOnlyDictionary<string, Field> fields, string[] steps, int at, int position)
    {
        var more = at + 1 < steps.Length;
        if (field is { Reference: not null, Kind: not FieldKind.Object } || (more && fields.TryGetValue(steps[at] + "Id", out var id) && id.Reference is not null))
            errors.Add("unsupported-filter", $"'{string.Join('/', steps)}' goes through a reference, which is not available", position);
        else if (field?.Kind == FieldKind.List)
            errors.Add("invalid-filter", $"'{field.Name}' is a list: use any, as in {field.Name}/any(x:x/{steps[at]} eq …)", position);
        else if (steps[at].Length == 0)
            errors.Add("invalid-filter", "a name is missing", position);
        else
            errors.Add("unknown-field", $"unknown field '{steps[at]}'", position);
    }
}
