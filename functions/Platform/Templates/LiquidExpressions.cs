using System.Globalization;

namespace Crm.Platform.Templates;

/// <summary>Reads the values, filters and conditions of one markup, word by word, and notes the variables they name.</summary>
/// <param name="variable">Called with each path: <c>contact.firstName</c>, up to the first bracket.</param>
internal sealed class LiquidExpressions(IReadOnlyList<LiquidWord> words, LiquidErrors errors, Action<string> variable)
{
    private const int Deepest = 10;
    private const int LongestPath = 255;
    private const int MostFilters = 20;
    private const int MostConditions = 50;

    /// <summary>A range is made in memory before the first round of its loop.</summary>
    private const int WidestRange = 1_000;
    private static readonly IReadOnlyList<string> Constants = ["true", "false", "nil", "null", "empty", "blank"];
    private static readonly IReadOnlyList<string> Comparisons = ["==", "!=", "<>", "<", ">", "<=", ">=", "contains"];

    private int _at;

    public LiquidWord Current => words[_at];

    /// <summary>Goes on where the word is the one that may stand here.</summary>
    public bool Skip(string text)
    {
        if (!Current.Is(text))
            return false;

        _at++;
        return true;
    }

    /// <summary>A word that must stand here.</summary>
    public bool Expect(string text) => Skip(text) || Missing($"'{text}'");

    public bool Name(out string name)
    {
        name = Current.Text;
        if (Current.Kind != LiquidWordKind.Name)
            return Missing("a name");

        _at++;
        return true;
    }

    public bool End() => Current.Kind == LiquidWordKind.End || errors.Add(Current.Position, $"'{Current.Text}' does not belong here");

    /// <summary><c>a == b and c contains 'd'</c>.</summary>
    public bool Condition()
    {
        var count = 0;
        do
        {
            if (++count > MostConditions)
                return errors.Add(Current.Position, $"a condition has at most {MostConditions} parts");
            if (!Value())
                return false;
            if (Comparisons.Any(Skip) && !Value())
                return false;
        }
        while (Skip("and") || Skip("or"));

        return true;
    }

    /// <summary><c>a | default: 'b' | truncate: 20, '…'</c>.</summary>
    public bool Filtered()
    {
        if (!Value())
            return false;

        for (var count = 1; Skip("|"); count++)
        {
            var position = Current.Position;
            if (!Name(out var filter))
                return false;
            if (!LiquidRenderer.Filters.Contains(filter))
                return errors.Add(position, $"there is no filter '{filter}'; known are {string.Join(", ", LiquidRenderer.Filters)}");
            if (count > MostFilters)
                return errors.Add(position, $"a value has at most {MostFilters} filters");
            if (Skip(":") && !Arguments())
                return false;
        }

        return true;
    }

    /// <summary>One value.</summary>
    public bool Value(int depth = 0)
    {
        var word = Current;
        if (depth > Deepest)
            return errors.Add(word.Position, $"values are nested more than {Deepest} deep");

        switch (word.Kind)
        {
            case LiquidWordKind.Text or LiquidWordKind.Number:
                _at++;
                return true;
            case LiquidWordKind.Name when Constants.Contains(word.Text):
                _at++;
                return true;
            case LiquidWordKind.Name:
                return Path(depth);
            default:
                return word.Is("(")
                    ? Expect("(") && Bound() && Expect("..") && Bound() && Expect(")")
                    : Missing("a value");
        }
    }

    private bool Path(int depth)
    {
        var start = Current.Position;
        if (!Name(out var path))
            return false;

        for (var plain = true; ;)
        {
            if (path.Length > LongestPath)
                return errors.Add(start, $"the variable that begins here has more than {LongestPath} characters");

            if (Skip("["))
            {
                plain = false;
                if (!Value(depth + 1) || !Expect("]"))
                    return false;
            }
            else if (Skip("."))
            {
                if (!Name(out var member))
                    return false;
                if (plain)
                    path += "." + member;
            }
            else
            {
                variable(path);
                return true;
            }
        }
    }

    private bool Bound()
    {
        if (Current.Kind != LiquidWordKind.Number || !int.TryParse(Current.Text, CultureInfo.InvariantCulture, out var bound) || bound is < 0 or > WidestRange)
            return errors.Add(Current.Position, $"a range is from one whole number to another, each from 0 to {WidestRange}");

        _at++;
        return true;
    }

    private bool Arguments()
    {
        do
        {
            if (words[_at].Kind == LiquidWordKind.Name && words[_at + 1].Is(":"))
                _at += 2;
            if (!Value())
                return false;
        }
        while (Skip(","));

        return true;
    }

    private bool Missing(string what) =>
        errors.Add(Current.Position, Current.Kind == LiquidWordKind.End ? $"{what} is missing here" : $"expected {what} instead of '{Current.Text}'");
}
