using System.Security.Cryptography;
using System.Text;
using Crm.Campaigns.Sending;
using Crm.Campaigns.Tracking;
using Crm.Platform.Http;
using Crm.Platform.Mail;
using Microsoft.Extensions.Options;
using MimeKit;
using MimeKit.Text;

namespace Crm.Tests.Campaigns.Tracking;

/// <summary>What a recipient's mail has beside what was written, and that nothing else in it changes.</summary>
public sealed class RecipientMailTests
{
    private const string Purpose = "newsletter 春\r\nBcc: eve@example.com";

    private static readonly RecipientKey Ada = RecipientKey.Of("acme", "campaign", RecipientKey.IdOf("campaign", "message", "ada@example.com"));
    private static readonly OutgoingMail Mail = new("ada@example.com", "Hello", "Dear Ada") { Html = "<p>Dear Ada</p>" };

    private readonly RecipientLinks _links = Links("https://crm.example.com/crm/");

    private OutgoingMail Decorate(OutgoingMail mail, string? purpose = Purpose) => Decorate(_links, mail, purpose);

    [Fact]
    public void Html_HasItsLinksTracked_AndAPixelAtItsEnd()
    {
        const string Page = "https://shop.example/a?x=1&y=2#top";
        var html = Decorate(Mail with { Html = $"""<html><body><p>See <a class=big href='{Page.Replace("&", "&amp;", StringComparison.Ordinal)}'>this</a> &amp; <AREA HREF="{Page}"></p></body></html>""" }).Html!;

        Assert.Equal([Page, Page], Targets(html).Where(target => target.Contains("/t/c/", StringComparison.Ordinal)).Select(Follow));
        Assert.Contains("class=\"big\"", html, StringComparison.Ordinal);
        var pixel = Assert.Single(Attributes(html, HtmlTagId.Image, HtmlAttributeId.Src));
        Assert.Equal(Ada, _links.ReadOpen(pixel[(pixel.LastIndexOf('/') + 1)..]));
        Assert.EndsWith("\"></body></html>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mailto:ada@example.com")]
    [InlineData("tel:+4712345678")]
    [InlineData("#top")]
    [InlineData("/relative")]
    [InlineData("javascript:alert(1)")]
    [InlineData("ftp://files.example/")]
    [InlineData("http://")]
    [InlineData("")]
    public void Html_LinksThatLeadToNoPage_StayAsTheyAre(string target) =>
        Assert.Equal(target, Targets(Decorate(Mail with { Html = $"<a href=\"{target}\">x</a>" }).Html!)[0]);

    [Fact]
    public void Html_LinksThatAreTooLong_StayAsTheyAre()
    {
        var target = $"https://shop.example/{new string('x', 3_000)}";

        Assert.Equal(target, Targets(Decorate(Mail with { Html = $"<a href=\"{target}\">x</a>" }).Html!)[0]);
    }

    [Theory]
    [InlineData("http://bücher.example/ö?ä=ü", "http://xn--bcher-kva.example/%C3%B6?%C3%A4=%C3%BC")]
    [InlineData(" https://shop.example/a b ", "https://shop.example/a%20b")]
    [InlineData("https://shop.example/%2Fa%0d%0aX-Evil:1", "https://shop.example/%2Fa%0D%0AX-Evil:1")]
    public void Html_LinksInOtherLetters_LeadThere_AsAHeaderCanSay(string target, string followed) =>
        Assert.Equal(followed, Follow(Targets(Decorate(Mail with { Html = $"<a href=\"{target}\">x</a>" }).Html!)[0]), ignoreCase: true);

    [Theory]
    [InlineData("<!DOCTYPE html><html><head><style>a > b { content: \"x\" & y }</style><!--[if mso]><a href=\"https://x.example\">x</a><![endif]--></head><body bgcolor=\"#fff\" hidden><![if !mso]><br/>&nbsp;&copy Åse 春 a < b<script>if (a < b && c) \"<a href='https://x.example'>\"</script>")]
    [InlineData("plain text")]
    [InlineData("<p>never <b>closed")]
    public void Html_ThatHasNoLinks_StaysAsItIs(string html) => Assert.StartsWith(html, Decorate(Mail with { Html = html }, purpose: null).Html, StringComparison.Ordinal);

    [Fact]
    public void Html_WithoutAnUnsubscribeLinkOfItsOwn_GetsOne()
    {
        var unsubscribe = Targets(Decorate(Mail).Html!).Single();

        Assert.Equal(new UnsubscribeLink(Ada, Purpose), _links.ReadUnsubscribe(unsubscribe[(unsubscribe.LastIndexOf('/') + 1)..]));
    }

    [Fact]
    public void Html_WithAnUnsubscribeLinkOfItsOwn_KeepsItUntracked()
    {
        var own = _links.Unsubscribe(Ada, Purpose).AbsoluteUri;

        Assert.Equal([own], Targets(Decorate(Mail with { Html = $"<a href=\"{own}\">No more</a>" }).Html!));
    }

    [Fact]
    public void Text_SaysWhereToUnsubscribe_AndKeepsItsLinks()
    {
        var text = Decorate(Mail with { Text = "See https://shop.example/." }).Text;

        Assert.StartsWith("See https://shop.example/.\n\n", text, StringComparison.Ordinal);
        Assert.EndsWith($"{_links.Unsubscribe(Ada, Purpose).AbsoluteUri}\n", text, StringComparison.Ordinal);
        Assert.Equal(text, Decorate(Mail with { Text = text }).Text);
    }

    [Fact]
    public void Text_ThatIsMissing_IsWhatTheHtmlSays()
    {
        const string Html = "<html><head><title>T</title><style>p {}</style></head><body><h1>Hei &Aring;se</h1>\n<p>See\n <a href=\"https://shop.example/?a=1&amp;b=2\">this</a>.</p><script>x()</script></body></html>";

        Assert.Equal("Hei Åse\n\nSee this (https://shop.example/?a=1&b=2).", Decorate(Mail with { Text = "", Html = Html }, purpose: null).Text);
    }

    [Fact]
    public void Mail_CanBeUnsubscribedFromInOneClick()
    {
        var message = Message(Decorate(Mail));

        Assert.Equal($"<{_links.Unsubscribe(Ada, Purpose).AbsoluteUri}>", message.Headers[HeaderId.ListUnsubscribe]);
        Assert.Equal("List-Unsubscribe=One-Click", message.Headers[HeaderId.ListUnsubscribePost]);
        Assert.Equal(("bulk", "auto-generated"), (message.Headers[HeaderId.Precedence], message.Headers[HeaderId.AutoSubmitted]));
        Assert.Equal($"campaign.{Ada.Id}@example.com", message.MessageId);
        Assert.NotEmpty(message.TextBody!);
        Assert.NotEmpty(message.HtmlBody!);
        Assert.Empty(message.Bcc);
    }

    [Fact]
    public void Mail_OfATransactionalCampaign_OffersNothingToUnsubscribeFrom()
    {
        var message = Message(Decorate(Mail, purpose: null));

        Assert.Null(message.Headers[HeaderId.ListUnsubscribe]);
        Assert.Null(message.Headers[HeaderId.ListUnsubscribePost]);
        Assert.Empty(Targets(message.HtmlBody!));
        Assert.Equal("Dear Ada", message.TextBody!.Trim());
    }

    [Fact]
    public void Mail_FromWhereHttpsIsNot_PromisesNoOneClick()
    {
        var message = Message(Decorate(Links("http://127.0.0.1:7071"), Mail, Purpose));

        Assert.StartsWith("<http://127.0.0.1:7071/t/u/", message.Headers[HeaderId.ListUnsubscribe], StringComparison.Ordinal);
        Assert.Null(message.Headers[HeaderId.ListUnsubscribePost]);
    }

    private static OutgoingMail Decorate(RecipientLinks links, OutgoingMail mail, string? purpose) =>
        new RecipientMail(links).Decorate(Ada, purpose, mail);

    private static RecipientLinks Links(string baseUrl) => new(
        new LinkTokens(Options.Create(new TrackingSettings { SigningKeys = Convert.ToBase64String(SHA256.HashData("links"u8)) })), Options.Create(new PublicSettings { BaseUrl = baseUrl }));

    /// <summary>As a receiver reads it.</summary>
    private static MimeMessage Message(OutgoingMail mail)
    {
        using var sent = new MemoryStream();
        mail.ToMessage(new MailboxAddress("CRM", "crm@example.com"), DateTimeOffset.UnixEpoch).WriteTo(sent);
        Assert.All(Encoding.UTF8.GetString(sent.ToArray()).Split('\n'), line => Assert.InRange(line.Length, 0, 998));
        sent.Position = 0;
        return MimeMessage.Load(sent);
    }

    private string Follow(string link)
    {
        Assert.StartsWith("https://crm.example.com/crm/t/c/", link, StringComparison.Ordinal);
        var read = _links.ReadClick(link[(link.LastIndexOf('/') + 1)..])!;
        Assert.Equal(Ada, read.Recipient);
        return read.Target;
    }

    private static List<string> Targets(string html) => [.. Attributes(html, HtmlTagId.A, HtmlAttributeId.Href), .. Attributes(html, HtmlTagId.Area, HtmlAttributeId.Href)];

    private static IEnumerable<string> Attributes(string html, HtmlTagId tag, HtmlAttributeId attribute)
    {
        var tokens = new HtmlTokenizer(new StringReader(html));
        while (tokens.ReadNextToken(out var token))
        {
            if (token is HtmlTagToken { IsEndTag: false } found && found.Id == tag && found.Attributes.FirstOrDefault(each => each.Id == attribute) is { } value)
                yield return value.Value ?? "";
        }
    }
}
