using System.Globalization;
using System.Text.RegularExpressions;
using Crm.Entities;
using Crm.Platform.Paging;
using Microsoft.OData;
using Microsoft.OData.UriParser;

namespace Crm.Query;

/// <summary>Reads the text of a filter into a condition.</summary>
internal static partial class Filter
{
    /// <summary>The condition, or null after adding to <paramref name="errors"/>.</summary>
    /// <param name="macros">Null where nobody is there for them to stand for: in what is kept for others.</param>
    public static SqlPredicate? Read(EntityType type, string text, FilterErrors errors, ListOptions options, FilterMacros? macros = null) =>
        Parse(type, text, errors, options, macros) is { } parsed ? new FilterTranslator(type, errors).Translate(parsed) : null;

    /// <summary>The condition as it was written, or null after adding to <paramref name="errors"/>.</summary>
    /// <param name="macros">As for <see cref="Read"/>.</param>
    public static SingleValueNode? Parse(EntityType type, string text, FilterErrors errors, ListOptions options, FilterMacros? macros = null)
    {
        if (text.Length > options.MaxFilterLength)
        {
            errors.Add("filter-too-complex", $"has {text.Length} characters; at most {options.MaxFilterLength} are accepted", options.MaxFilterLength);
            return null;
        }

        // Names, values and limits are checked on the words of the text, where each has a position. What is left to OData is the order of the words.
        var tokens = FilterTokens.Read(text, errors);
        Func<int, int> original = position => position;
        if (tokens is not null && macros is not null && text.Contains('@', StringComparison.Ordinal))
        {
            tokens = macros.Fill(type, tokens);
            (text, original) = FilterMacros.Join(tokens, text.Length);
        }

        if (tokens is null || !new FilterCheck(type, tokens, errors, options.MaxPredicates).Run())
            return null;

        try
        {
            var model = FilterModel.Of(type);
            var parser = new ODataQueryOptionParser(model.Model, model.Record, null, new Dictionary<string, string> { ["$filter"] = text });
            return parser.ParseFilter().Expression;
        }
        catch (ODataException problem)
        {
            var position = Position().Match(problem.Message) is { Success: true } found ? int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : (int?)null;
            errors.Add("invalid-filter", Detail(problem.Message, text, position), position is { } at ? original(at) : null);
            return null;
        }
    }

    /// <summary>OData repeats the whole filter in its messages; the position says as much.</summary>
    private static string Detail(string message, string text, int? position)
    {
        if (position is null)
            return "the operators and values do not fit together";

        return position >= text.Length ? "ends too early" : message[..message.IndexOf(" at position", StringComparison.Ordinal)];
    }

    [GeneratedRegex(@" at position ([0-9]{1,9})\b")]
    private static partial Regex Position();
}
