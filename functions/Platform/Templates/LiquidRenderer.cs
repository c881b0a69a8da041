using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Fluid;
using Fluid.Values;

namespace Crm.Platform.Templates;

/// <summary>A text with its values, or why there is none.</summary>
public sealed record RenderedText(string Text, string? Error);

/// <summary>Renders by Fluid what <see cref="LiquidTemplate"/> has read, within limits of time and memory.</summary>
internal static partial class LiquidRenderer
{
    private const int MostSteps = 10_000;

    /// <summary>Characters of a rendered text, and of every text on the way to it.</summary>
    private const int Longest = 1_000_000;

    private static readonly FluidParser Parser = new();
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    private static readonly TemplateOptions Options = new()
    {
        MaxSteps = MostSteps,
        CultureInfo = CultureInfo.InvariantCulture,
        TimeZone = TimeZoneInfo.Utc,
        Assigned = Bounded,
        Captured = Bounded,
    };

    /// <summary>What messages need. Left out are those that make much of little, such as <c>replace</c>, and those that show the insides of a value.</summary>
    public static IReadOnlySet<string> Filters { get; } = new SortedSet<string>(
        [
            "abs", "append", "at_least", "at_most", "capitalize", "ceil", "compact", "date", "default", "divided_by", "downcase", "escape", "escape_once", "first", "floor",
            "join", "last", "lstrip", "map", "minus", "modulo", "newline_to_br", "plus", "prepend", "remove", "remove_first", "reverse", "round", "rstrip", "size",
            "slice", "sort", "sort_natural", "strip", "strip_html", "strip_newlines", "times", "truncate", "truncatewords", "uniq", "upcase", "url_encode", "where",
        ], StringComparer.Ordinal);

    /// <summary>What keeps the text from being rendered, or null.</summary>
    public static (int Position, string Message)? Parse(string text, out IFluidTemplate? template)
    {
        if (Parser.TryParse(text, out template, out var error))
            return null;

        var found = Place().Match(error);
        if (!found.Success)
            return (0, error.Split('\n')[0]);

        var line = int.Parse(found.Groups[2].Value, CultureInfo.InvariantCulture);
        var start = 0;
        for (var at = 1; at < line; at++)
            start = text.IndexOf('\n', start) + 1;
        var column = int.Parse(found.Groups[3].Value, CultureInfo.InvariantCulture);
        return (Math.Clamp(start + column - 1, 0, text.Length), found.Groups[1].Value);
    }

    public static async Task<RenderedText> RenderAsync(IFluidTemplate template, JsonObject values, bool html)
    {
        var context = new TemplateContext(Options);
        foreach (var (name, value) in values)
            context.SetValue(name, FluidValue.Create(value, Options));

        await using var output = new BoundedWriter();
        try
        {
            await template.RenderAsync(output, context, html ? Html : NullEncoder.Default, isolateContext: false);
            return new RenderedText(output.ToString(), null);
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArithmeticException or FormatException or ArgumentException or InvalidCastException)
        {
            return new RenderedText("", failure.Message);
        }
    }

    private static ValueTask<FluidValue> Bounded(string name, FluidValue value, TemplateContext context) =>
        value is not StringValue text || text.ToStringValue().Length <= Longest ? new(value) : throw TooLong();

    private static InvalidOperationException TooLong() => new($"The text grows beyond {Longest} characters.");

    [GeneratedRegex(@"^(.*) at \(([0-9]{1,9}):([0-9]{1,9})\)")]
    private static partial Regex Place();

    /// <summary>Takes so much and no more.</summary>
    private sealed class BoundedWriter() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void Write(char value)
        {
            Check(1);
            base.Write(value);
        }

        public override void Write(char[] buffer, int index, int count)
        {
            Check(count);
            base.Write(buffer, index, count);
        }

        public override void Write(ReadOnlySpan<char> buffer)
        {
            Check(buffer.Length);
            base.Write(buffer);
        }

        public override void Write(string? value)
        {
            Check(value?.Length ?? 0);
            base.Write(value);
        }

        private void Check(int more)
        {
            if (GetStringBuilder().Length + more > Longest)
                throw TooLong();
        }
    }
}
