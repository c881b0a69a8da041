using System.Globalization;
using System.Text;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Platform.Json;

namespace Crm.Query;

/// <summary>What the macros of a filter stand for: <c>@me</c>, <c>@myTeams</c> (after <c>in</c>), <c>@now</c> and <c>@today</c>.</summary>
/// <param name="UserId">Null where no user asks: then nothing is theirs.</param>
/// <param name="Teams">The teams the user is in.</param>
/// <param name="Zone">Whose midnight begins the day.</param>
internal sealed record FilterMacros(string? UserId, IReadOnlySet<string> Teams, DateTimeOffset Now, TimeZoneInfo Zone)
{
    /// <summary>A text that is no id of anything.</summary>
    private const string Nobody = "''";

    private DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Now, Zone).DateTime);

    /// <summary>The words of a filter with values in the place of macros, each where its macro stood; what is no macro stays, and is refused later.</summary>
    public IReadOnlyList<FilterToken> Fill(EntityType type, IReadOnlyList<FilterToken> tokens) =>
        [.. tokens.SelectMany((token, at) => Values(type, tokens, at).Select(value => value with { Position = token.Position }))];

    /// <summary>The words as one text, as OData reads it, and the place in the client's text of each place in it.</summary>
    public static (string Text, Func<int, int> Original) Join(IReadOnlyList<FilterToken> tokens, int length)
    {
        var text = new StringBuilder();
        var places = new List<(int At, int Original)>();
        var before = new FilterToken(FilterTokenKind.Edge, "", 0);
        foreach (var token in tokens)
        {
            // Nothing stands between a function and its parenthesis, or around the colon of a variable.
            var isCall = token.Is("(") && before.Kind == FilterTokenKind.Name && before.Text is not ("and" or "or" or "not" or "in");
            if (!isCall && !token.Is(":") && !before.Is(":"))
                text.Append(' ');
            before = token;
            places.Add((text.Length, token.Position));
            text.Append(token.Text);
        }

        return (text.ToString(), at => at >= text.Length ? length : places.Last(place => place.At <= at).Original);
    }

    private IEnumerable<FilterToken> Values(EntityType type, IReadOnlyList<FilterToken> tokens, int at) => tokens[at].Text switch
    {
        _ when tokens[at].Kind != FilterTokenKind.Name => [tokens[at]],
        "@me" => [Literal(UserId is null ? Nobody : $"'{UserId}'")],
        "@now" => [Number(UtcTimeConverter.Format(Now))],
        "@today" => [Number(IsTime(type, tokens, at) ? UtcTimeConverter.Format(StartOfToday()) : Today.ToString("O", CultureInfo.InvariantCulture))],
        "@myTeams" when at > 0 && tokens[at - 1].Is("in") => [Mark("("), .. Teams.Order(StringComparer.Ordinal).Select(team => $"'{team}'").DefaultIfEmpty(Nobody).SelectMany(Listed).Skip(1), Mark(")")],
        _ => [tokens[at]],
    };

    /// <summary>A day of a time is the moment it began in the tenant's zone: where clocks are set forward at midnight, that is an hour later.</summary>
    private DateTimeOffset StartOfToday()
    {
        var midnight = Today.ToDateTime(TimeOnly.MinValue);
        while (Zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(15);
        return new DateTimeOffset(midnight, Zone.GetUtcOffset(midnight));
    }

    /// <summary>Whether the field that a macro is compared with holds times.</summary>
    private static bool IsTime(EntityType type, IReadOnlyList<FilterToken> tokens, int at)
    {
        return Is(at - 2) || Is(at + 2);

        bool Is(int other)
        {
            if (other < 0 || other >= tokens.Count)
                return false;

            Field? field = null;
            foreach (var step in tokens[other].Text.Split('/'))
            {
                if (!(field is null ? type.Fields : field.Fields).TryGetValue(step, out field))
                    return false;
            }

            return field?.Kind == FieldKind.DateTime;
        }
    }

    private static IEnumerable<FilterToken> Listed(string text) => [Mark(","), Literal(text)];

    private static FilterToken Literal(string text) => new(FilterTokenKind.Text, text, 0);

    private static FilterToken Number(string text) => new(FilterTokenKind.Number, text, 0);

    private static FilterToken Mark(string text) => new(FilterTokenKind.Mark, text, 0);
}
