using System.Text;
using System.Text.RegularExpressions;
using MimeKit.Text;

namespace Crm.Campaigns.Tracking;

/// <summary>What is done to the HTML of mails. All but what is changed stays as it is written, conditional comments for single mail programs too.</summary>
internal static partial class MailHtml
{
    private static readonly HashSet<HtmlTagId> Blocks =
    [
        HtmlTagId.Address, HtmlTagId.Article, HtmlTagId.BlockQuote, HtmlTagId.Br, HtmlTagId.Div, HtmlTagId.Footer, HtmlTagId.H1, HtmlTagId.H2, HtmlTagId.H3, HtmlTagId.H4, HtmlTagId.H5,
        HtmlTagId.H6, HtmlTagId.Header, HtmlTagId.HR, HtmlTagId.LI, HtmlTagId.OL, HtmlTagId.P, HtmlTagId.Section, HtmlTagId.Table, HtmlTagId.TR, HtmlTagId.UL,
    ];

    private static readonly HashSet<HtmlTagId> Unread = [HtmlTagId.Head, HtmlTagId.Script, HtmlTagId.Style, HtmlTagId.Title];

    /// <summary>Replaces what links lead to.</summary>
    /// <param name="map">From a target, as a reader would follow it, to another; null leaves the link alone.</param>
    public static string MapLinks(string html, Func<string, string?> map)
    {
        var written = new StringWriter();
        foreach (var token in Tokens(html, decode: false))
        {
            var mapped = token is HtmlTagToken { IsEndTag: false, Id: HtmlTagId.A or HtmlTagId.Area } tag ? Mapped(tag, map) : token;
            mapped.WriteTo(written);
        }

        return written.ToString();
    }

    /// <summary>Puts something at the end of what is shown.</summary>
    public static string Append(string html, string what)
    {
        var end = html.LastIndexOf("</body", StringComparison.OrdinalIgnoreCase);
        return end < 0 ? html + what : html.Insert(end, what);
    }

    /// <summary>What a reader of the HTML would read, links with their targets behind them.</summary>
    public static string ToText(string html)
    {
        var (text, unread) = (new StringBuilder(), 0);
        string? target = null;
        foreach (var token in Tokens(html, decode: true))
        {
            if (token is HtmlTagToken tag)
            {
                if (Unread.Contains(tag.Id) && !tag.IsEmptyElement)
                    unread = Math.Max(0, unread + (tag.IsEndTag ? -1 : 1));
                if (Blocks.Contains(tag.Id))
                    text.Append('\n');
                if (tag.Id == HtmlTagId.A && tag.IsEndTag && target is not null)
                    text.Append(" (").Append(target).Append(')');
                if (tag.Id == HtmlTagId.A)
                    target = tag.IsEndTag ? null : tag.Attributes.FirstOrDefault(attribute => attribute.Id == HtmlAttributeId.Href)?.Value;
            }
            else if (unread == 0 && token is HtmlDataToken { Kind: HtmlTokenKind.Data } data)
            {
                text.Append(Space().Replace(data.Data, " "));
            }
        }

        return EmptyLines().Replace(string.Join('\n', text.ToString().Split('\n').Select(line => line.Trim())), "\n\n").Trim();
    }

    private static HtmlTagToken Mapped(HtmlTagToken tag, Func<string, string?> map)
    {
        return new HtmlTagToken(tag.Name, tag.Attributes.Select(Mapped), tag.IsEmptyElement);

        HtmlAttribute Mapped(HtmlAttribute attribute) =>
            attribute is { Id: HtmlAttributeId.Href, Value: { } target } && map(target.Trim()) is { } mapped ? new HtmlAttribute(attribute.Name, mapped) : attribute;
    }

    private static IEnumerable<HtmlToken> Tokens(string html, bool decode)
    {
        var tokenizer = new HtmlTokenizer(new StringReader(html)) { DecodeCharacterReferences = decode };
        while (tokenizer.ReadNextToken(out var token))
            yield return token;
    }

    [GeneratedRegex(@"[ \t\r\n\u00a0]+")]
    private static partial Regex Space();

    [GeneratedRegex(@"\n{3,}")]
    private static partial Regex EmptyLines();
}
