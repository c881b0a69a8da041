using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fluid;

namespace Crm.Platform.Templates;

/// <summary>
/// A text in the part of Liquid that messages need: output with filters, if, unless, case, for, assign, capture, comment and raw. Nothing in it can
/// read a file or call code, and neither its nesting nor its size can exhaust the stack or the memory. Fluid, which renders it, would take more than
/// this, and promises none of that: so what is read here comes first.
/// </summary>
public sealed partial class LiquidTemplate
{
    private const int MostBlocks = 50;

    private readonly string _text;
    private readonly LiquidErrors _errors;
    private readonly Stack<Block> _blocks = [];
    private readonly HashSet<string> _assigned = [];
    private readonly SortedSet<string> _variables = new(StringComparer.Ordinal);

    /// <param name="Local">The variable of a for.</param>
    private sealed record Block(string Tag, int Position, string? Local = null, bool HasElse = false);

    private LiquidTemplate(string text) => (_text, _errors) = (text, new LiquidErrors(text));

    /// <summary>What is wrong with the text, with line and column; null where nothing is.</summary>
    public string? Error => _errors.First;

    private IFluidTemplate? _parsed;

    /// <summary>What the text takes from outside, sorted: <c>contact.firstName</c>. Variables it makes itself are left out.</summary>
    public IReadOnlyCollection<string> Variables => _variables;

    public static LiquidTemplate Read(string text)
    {
        var template = new LiquidTemplate(text);
        template.ReadAll();
        if (template.Error is null && LiquidRenderer.Parse(text, out template._parsed) is { } problem)
            template._errors.Add(problem.Position, problem.Message);
        return template;
    }

    /// <summary>The text with these values in their places.</summary>
    /// <param name="values">By the names that <see cref="Variables"/> begin with; what is not there leaves nothing.</param>
    /// <param name="html">The text is HTML: values are escaped.</param>
    /// <exception cref="InvalidOperationException">The text has an <see cref="Error"/>.</exception>
    public Task<RenderedText> RenderAsync(JsonObject values, bool html) =>
        LiquidRenderer.RenderAsync(_parsed ?? throw new InvalidOperationException("Only a template without an error is rendered."), values, html);

    private void ReadAll()
    {
        for (var at = 0; (at = NextMarkup(at)) >= 0;)
        {
            var opening = at;
            if (LiquidWords.Read(_text, opening, _errors, out at) is not { } words)
                return;

            var expressions = new LiquidExpressions(words, _errors, Use);
            if (_text[opening + 1] == '{' ? !(expressions.Filtered() && expressions.End()) : !Tag(opening, expressions, ref at))
                return;
        }

        if (_blocks.TryPeek(out var open))
            _errors.Add(open.Position, $"'{open.Tag}' has no 'end{open.Tag}'");
    }

    private int NextMarkup(int at)
    {
        while ((at = _text.IndexOf('{', at)) >= 0 && !(at + 1 < _text.Length && _text[at + 1] is '{' or '%'))
            at++;
        return at;
    }

    private bool Tag(int opening, LiquidExpressions words, ref int at)
    {
        if (!words.Name(out var tag))
            return false;

        return tag switch
        {
            "if" or "unless" => Open(new Block(tag, opening)) && words.Condition() && words.End(),
            "elsif" => Inside(opening, tag, "if", "unless") && words.Condition() && words.End(),
            "case" => Open(new Block(tag, opening)) && words.Value() && words.End(),
            "when" => Inside(opening, tag, "case") && Alternatives(words) && words.End(),
            "else" => Inside(opening, tag, "if", "unless", "case", "for") && Else() && words.End(),
            "for" => For(opening, words),
            "break" or "continue" => InLoop(opening, tag) && words.End(),
            "assign" => words.Name(out var assigned) && words.Expect("=") && words.Filtered() && words.End() && Assign(assigned),
            "capture" => words.Name(out var captured) && words.End() && Assign(captured) && Open(new Block(tag, opening)),
            "comment" or "raw" => words.End() && SkipTo($"end{tag}", opening, ref at),
            ['e', 'n', 'd', .. var opened] => Close(opening, opened) && words.End(),
            _ => _errors.Add(opening, $"there is no tag '{tag}'"),
        };
    }

    private void Use(string path)
    {
        var name = path.Split('.')[0];
        var local = _assigned.Contains(name) || _blocks.Any(block => block.Local is not null && (block.Local == name || name == "forloop"));
        if (!local)
            _variables.Add(path);
    }

    private bool Assign(string name)
    {
        _assigned.Add(name);
        return true;
    }

    private bool For(int opening, LiquidExpressions words)
    {
        if (!words.Name(out var local) || !words.Expect("in") || !words.Value())
            return false;

        while (words.Current.Kind != LiquidWordKind.End)
        {
            if (words.Skip("reversed"))
                continue;
            if (!(words.Skip("limit") || words.Skip("offset")))
                return words.End();
            if (!words.Expect(":") || !words.Value())
                return false;
        }

        return Open(new Block("for", opening, local));
    }

    private static bool Alternatives(LiquidExpressions words)
    {
        do
        {
            if (!words.Value())
                return false;
        }
        while (words.Skip(",") || words.Skip("or"));

        return true;
    }

    private bool Open(Block block)
    {
        if (_blocks.Count == MostBlocks)
            return _errors.Add(block.Position, $"tags are nested more than {MostBlocks} deep");

        _blocks.Push(block);
        return true;
    }

    private bool Close(int opening, string tag) => _blocks.TryPeek(out var open) && open.Tag == tag
        ? _blocks.TryPop(out _)
        : _errors.Add(opening, open is null ? $"'end{tag}' closes nothing" : $"'end{tag}' stands where 'end{open.Tag}' should");

    private bool Inside(int opening, string tag, params ReadOnlySpan<string> parents) => _blocks.TryPeek(out var open) && parents.Contains(open.Tag) && !open.HasElse
        ? true
        : _errors.Add(opening, $"'{tag}' cannot stand here");

    private bool Else()
    {
        _blocks.Push(_blocks.Pop() with { HasElse = true });
        return true;
    }

    private bool InLoop(int opening, string tag) => _blocks.Any(block => block.Tag == "for") || _errors.Add(opening, $"'{tag}' stands outside of a for");

    private bool SkipTo(string end, int opening, ref int at)
    {
        for (var found = Ending().Match(_text, at); found.Success; found = found.NextMatch())
        {
            if (found.Groups[1].Value != end)
                continue;

            at = found.Index + found.Length;
            return true;
        }

        return _errors.Add(opening, $"'{end[3..]}' has no '{end}'");
    }

    [GeneratedRegex(@"\{%-?\s*(endcomment|endraw)\s*-?%\}")]
    private static partial Regex Ending();
}
