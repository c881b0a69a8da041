using Crm.Entities;
using Crm.Entities.Schema;

namespace Crm.Query;

/// <summary>
/// Checks the words of a filter one by one: each name is a filterable field, each value fits its field, and nothing is used that is not
/// available. What passes is a row of complete predicates.
/// </summary>
internal sealed class FilterCheck(EntityType type, IReadOnlyList<FilterToken> tokens, FilterErrors errors, int maxPredicates)
{
    public const int MaxValues = 100;
    private const int MaxParentheses = 25;

    private readonly FilterFields _fields = new(type, errors);
    private int _predicates;
    private int _open;

    /// <summary>Whether nothing is wrong.</summary>
    public bool Run()
    {
        if (tokens.Count == 0)
            errors.Add("invalid-filter", "is empty", 0);

        for (var at = 0; at < tokens.Count && _open <= MaxParentheses && _predicates <= maxPredicates; at++)
        {
            if (tokens[at].Is("("))
                _open++;
            else if (tokens[at].Is(")"))
                _fields.Leave(--_open);
            else if (tokens[at].Kind == FilterTokenKind.Name)
                at = Name(at);

            if (_open > MaxParentheses)
                errors.Add("filter-too-complex", $"more than {MaxParentheses} parentheses are open", tokens[at].Position);
            if (_predicates > maxPredicates)
                errors.Add("filter-too-complex", $"has more than {maxPredicates} predicates", tokens[at].Position);
        }

        return errors.All.Count == 0;
    }

    private FilterToken Token(int at) => at >= 0 && at < tokens.Count ? tokens[at] : new FilterToken(FilterTokenKind.Edge, "", tokens[^1].Position + tokens[^1].Text.Length);

    /// <summary>Checks what a name stands for, and answers the last word it looked at.</summary>
    private int Name(int at)
    {
        var token = tokens[at];
        switch (token.Text)
        {
            case "and" or "or" or "not":
                return at;
            case "true" or "false" or "null":
                if (!IsComparison(Token(at - 1)) && !IsComparison(Token(at + 1)))
                    errors.Add("invalid-filter", $"'{token.Text}' alone is no condition", token.Position);
                return at;
            case "in":
                return In(at);
            case ['@', ..]:
                return Unsupported(at, $"the macro '{token.Text}'");
        }

        if (IsOutside(token))
            return Unsupported(at, $"'{token.Text}'");
        if (IsArithmetic(token))
            return Unsupported(at, $"the operator '{token.Text}'");
        if (IsComparison(token))
            return Comparison(at);
        if (Token(at + 1).Is("("))
            return token.Text.EndsWith("/any", StringComparison.Ordinal) ? Any(at) : Function(at);

        var (before, after) = (Token(at - 1), Token(at + 1));
        var used = IsComparison(before) || IsComparison(after) || IsArithmetic(before) || IsArithmetic(after) || after.Is("in") || after.Is(":");
        return used ? at : Alone(at);
    }

    private int Comparison(int at)
    {
        var (left, right) = (Token(at - 1), Token(at + 1));
        _predicates++;
        if (IsField(left) && IsField(right))
            return TwoNames(at, right);
        if (IsOutside(left) || IsOutside(right))
            return at;

        var (name, value) = IsField(left) ? (left, right) : (right, left);
        if (!IsField(name) || !value.IsLiteral)
        {
            if (left.Is(")"))
                return Unsupported(at, "the comparison of anything but a field with a value");

            errors.Add("invalid-filter", $"'{tokens[at].Text}' stands between a field and a value", tokens[at].Position);
            return at;
        }

        Bare(at - 2);
        if (_fields.Find(name) is not { } field)
            return at;

        var ordered = tokens[at].Text is not ("eq" or "ne");
        if (field.Kind == FieldKind.List)
            errors.Add("invalid-filter", $"'{name.Text}' is a list: use {name.Text}/any(…)", name.Position);
        else if (ordered && (value.Is("null") || field.Kind is FieldKind.Boolean or FieldKind.Select or FieldKind.Object))
            errors.Add("invalid-filter", $"'{tokens[at].Text}' needs values that have an order; here, use eq or ne", tokens[at].Position);
        else
            Value(name, field, value);

        return at;
    }

    private int TwoNames(int at, FilterToken right)
    {
        if (_fields.Knows(right))
            return Unsupported(at, "the comparison of two fields");

        errors.Add("invalid-filter", $"'{right.Text}' is neither a value nor a field: text is written in single quotes", right.Position);
        return at;
    }

    private int In(int at)
    {
        _predicates++;
        var name = Token(at - 1);
        if (!IsField(name) || !Token(at + 1).Is("("))
        {
            errors.Add("invalid-filter", "'in' stands between a field and a list of values in parentheses", tokens[at].Position);
            return at;
        }

        Bare(at - 2);
        var field = _fields.Find(name);
        if (field?.Kind is FieldKind.List or FieldKind.Object)
            errors.Add("invalid-filter", $"'{name.Text}' is no single value", name.Position);

        var values = 0;
        for (at += 2; ; at += 2)
        {
            if (!Token(at).IsLiteral || !(Token(at + 1).Is(",") || Token(at + 1).Is(")")))
            {
                var wrong = Token(at).IsLiteral ? Token(at + 1) : Token(at);
                errors.Add("invalid-filter", Token(at).IsLiteral ? "expected ',' or ')' after a value" : "expected a value", wrong.Position);
                return at;
            }

            if (field is not null)
                Value(name, field, tokens[at]);
            if (++values > MaxValues)
            {
                errors.Add("filter-too-complex", $"more than {MaxValues} values", tokens[at].Position);
                return at;
            }

            if (Token(at + 1).Is(")"))
                return at + 1;
        }
    }

    /// <summary>Opens the scope of the variable; its parenthesis is counted by the caller.</summary>
    private int Any(int at)
    {
        var list = tokens[at] with { Text = tokens[at].Text[..^"/any".Length] };
        var field = _fields.Find(list);
        if (field is not null && field.Kind != FieldKind.List)
            errors.Add("invalid-filter", $"'{list.Text}' is no list", list.Position);

        if (Token(at + 2).Is(")"))
            _predicates++;
        else if (Token(at + 2).Kind == FilterTokenKind.Name && Token(at + 3).Is(":"))
            _fields.Enter(Token(at + 2), field?.Element, _open + 1);
        else
            errors.Add("invalid-filter", "expected a variable and a colon, as in tags/any(t:t eq 'vip')", Token(at + 2).Position);

        return at;
    }

    private int Function(int at)
    {
        var token = tokens[at];
        if (token.Text.EndsWith("/all", StringComparison.Ordinal))
            return Unsupported(at, "'all'");
        if (token.Text is not ("startswith" or "endswith" or "contains"))
            return Unsupported(at, $"the function '{token.Text}'");

        _predicates++;
        var (name, value) = (Token(at + 2), Token(at + 4));
        if (!IsField(name) || !Token(at + 3).Is(",") || value.Kind != FilterTokenKind.Text || !Token(at + 5).Is(")"))
        {
            if (Token(at + 3).Is("("))
                return Unsupported(at + 2, $"the function '{name.Text}'");

            errors.Add("invalid-filter", $"'{token.Text}' takes a field and a text in single quotes", token.Position);
            return at;
        }

        if (IsComparison(Token(at + 6)))
            return Unsupported(at + 6, "the comparison of anything but a field with a value");
        if (_fields.Find(name) is { Kind: not FieldKind.Text })
            errors.Add("invalid-filter", $"'{name.Text}' is no text", name.Position);

        return at + 5;
    }

    /// <summary>A field that is not compared with anything.</summary>
    private int Alone(int at)
    {
        _predicates++;
        if (_fields.Find(tokens[at]) is { Kind: not FieldKind.Boolean })
            errors.Add("invalid-filter", $"'{tokens[at].Text}' is compared with nothing", tokens[at].Position);

        return at;
    }

    private void Value(FilterToken name, Field field, FilterToken value)
    {
        if (FilterLiterals.Refusal(field, value) is { } refusal)
            errors.Add("invalid-filter", $"'{name.Text}' {refusal}", value.Position);
    }

    /// <summary>In OData <c>not a eq 1</c> means <c>(not a) eq 1</c>, which nobody wants.</summary>
    private void Bare(int at)
    {
        if (Token(at).Is("not"))
            errors.Add("invalid-filter", "put what 'not' denies in parentheses: not (… eq …)", Token(at).Position);
    }

    private int Unsupported(int at, string what)
    {
        errors.Add("unsupported-filter", $"{what} is not available", Token(at).Position);
        return at;
    }

    private static bool IsComparison(FilterToken token) => token.Kind == FilterTokenKind.Name && token.Text is "eq" or "ne" or "gt" or "ge" or "lt" or "le";

    private static bool IsArithmetic(FilterToken token) =>
        token.Kind == FilterTokenKind.Name && token.Text is "add" or "sub" or "mul" or "div" or "divby" or "mod" or "has";

    /// <summary>Macros, and names that only OData has.</summary>
    private static bool IsOutside(FilterToken token) => token.Kind == FilterTokenKind.Name && token.Text.IndexOfAny(['@', '$', '.']) >= 0;

    private static bool IsField(FilterToken token) =>
        token.Kind == FilterTokenKind.Name && !token.IsLiteral && !IsComparison(token) && !IsArithmetic(token) && !IsOutside(token)
        && token.Text is not ("and" or "or" or "not" or "in");
}
