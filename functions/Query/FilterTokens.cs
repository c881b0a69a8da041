using Crm.Platform;

namespace Crm.Query;

internal enum FilterTokenKind
{
    /// <summary>A path (<c>emails/any</c>), an operator, <c>true</c>, <c>false</c> or <c>null</c>.</summary>
    Name,

    /// <summary>Text in single quotes, which <see cref="FilterToken.Text"/> keeps.</summary>
    Text,

    /// <summary>A number, a date or a time.</summary>
    Number,

    /// <summary><c>( ) , :</c></summary>
    Mark,

    /// <summary>Before the first token and after the last.</summary>
    Edge,
}

/// <param name="Position">In characters from 0.</param>
internal readonly record struct FilterToken(FilterTokenKind Kind, string Text, int Position)
{
    public bool Is(string text) => Kind is FilterTokenKind.Name or FilterTokenKind.Mark && Text == text;

    public bool IsLiteral => Kind is FilterTokenKind.Text or FilterTokenKind.Number || (Kind == FilterTokenKind.Name && Text is "true" or "false" or "null");
}

/// <summary>Splits a filter into words, each with its position: OData's parser tells neither where a name stands nor where a value does.</summary>
internal static class FilterTokens
{
    /// <summary>The words of a filter, or null after adding to <paramref name="errors"/>.</summary>
    public static IReadOnlyList<FilterToken>? Read(string text, FilterErrors errors)
    {
        var tokens = new List<FilterToken>();
        for (var at = 0; at < text.Length;)
        {
            var first = text[at];
            if (char.IsWhiteSpace(first))
            {
                at++;
                continue;
            }

            var negative = first == '-' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]);
            var (kind, end) = first switch
            {
                '\'' => (FilterTokenKind.Text, EndOfText(text, at)),
                '(' or ')' or ',' or ':' => (FilterTokenKind.Mark, at + 1),
                _ when negative || char.IsAsciiDigit(first) => (FilterTokenKind.Number, EndOf(text, at + 1, "-+:.")),
                _ when char.IsLetter(first) || first is '_' or '@' or '$' => (FilterTokenKind.Name, EndOf(text, at + 1, "_@$/.")),
                _ => (FilterTokenKind.Edge, 0),
            };
            if (kind == FilterTokenKind.Edge)
            {
                errors.Add(first == '-' ? "unsupported-filter" : "invalid-filter", first == '-' ? "arithmetic is not available" : $"unexpected character '{first}'", at);
                return null;
            }

            if (end < 0)
            {
                errors.Add("invalid-filter", "the text that begins here has no closing quote", at);
                return null;
            }

            tokens.Add(new FilterToken(kind, text[at..end], at));
            at = end;
        }

        return tokens;
    }

    private static int EndOf(string text, int at, string more)
    {
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || more.Contains(text[at])))
            at++;
        return at;
    }

    /// <summary>Behind the closing quote; a doubled quote stands for one in the text.</summary>
    private static int EndOfText(string text, int at)
    {
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '\'')
                continue;
            if (at + 1 == text.Length || text[at + 1] != '\'')
                return at + 1;
            at++;
        }

        return -1;
    }
}

/// <summary>What is wrong with a filter, in the order of its text.</summary>
internal sealed class FilterErrors
{
    private const int Most = 10;
    private readonly List<ParameterError> _all = [];

    public IReadOnlyList<ParameterError> All => _all;

    public void Add(string code, string detail, int? position)
    {
        if (_all.Count < Most)
            _all.Add(new ParameterError("filter", code, detail, position));
    }
}
