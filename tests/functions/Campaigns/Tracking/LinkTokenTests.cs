using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Crm.Campaigns.Tracking;
using FsCheck.Xunit;
using Microsoft.Extensions.Options;

namespace Crm.Tests.Campaigns.Tracking;

/// <summary>Which tokens are ours, and what they say.</summary>
public sealed class LinkTokenTests
{
    private static readonly LinkTokens Tokens = New(1);
    private static readonly string Token = Tokens.Write(LinkKind.Click, "acme", "campaign", "https://shop.example/?q=春");

    [Property]
    public void Token_SaysWhatWasWritten(string? tenant, string? rest)
    {
        string[] parts = [(tenant ?? "").Replace("\0", "", StringComparison.Ordinal), rest ?? ""];
        if (!parts.All(IsUnicode))
            return;

        Assert.Equal(parts, Tokens.Read(LinkKind.Unsubscribe, Tokens.Write(LinkKind.Unsubscribe, parts), 2));
    }

    [Property]
    public void Token_OfAnyText_IsNone(string? text)
    {
        foreach (var kind in Enum.GetValues<LinkKind>())
            Assert.Null(Tokens.Read(kind, text ?? "", 1));
    }

    [Property]
    public void Token_OfAnyBytes_IsNone(byte[]? bytes) => Assert.Null(Tokens.Read(LinkKind.Open, Base64Url.EncodeToString(bytes ?? []), 1));

    [Fact]
    public void Token_ChangedOrCutAnywhere_IsNone()
    {
        for (var position = 0; position < Token.Length; position++)
        {
            Assert.Null(Tokens.Read(LinkKind.Click, Token[..position], 3));
            Assert.Null(Tokens.Read(LinkKind.Click, $"{Token[..position]}{(Token[position] == 'A' ? 'B' : 'A')}{Token[(position + 1)..]}", 3));
            Assert.Null(Tokens.Read(LinkKind.Click, Token.Insert(position, "A"), 3));
        }

        foreach (var ending in new[] { "=", "==", " ", "\n", "A", "%00" })
            Assert.Null(Tokens.Read(LinkKind.Click, Token + ending, 3));
    }

    [Fact]
    public void Token_IsGoodForItsKindAndItsNumberOfTexts()
    {
        Assert.Equal(["acme", "campaign", "https://shop.example/?q=春"], Tokens.Read(LinkKind.Click, Token, 3)!);
        Assert.Null(Tokens.Read(LinkKind.Click, Token, 4));
        Assert.All(Enum.GetValues<LinkKind>().Where(kind => kind != LinkKind.Click), kind => Assert.Null(Tokens.Read(kind, Token, 3)));
    }

    [Fact]
    public void Token_OfAKeyBeforeTheLatest_IsGoodUntilThatKeyIsTakenAway()
    {
        Assert.NotNull(New(2, 1).Read(LinkKind.Click, Token, 3));
        Assert.Null(New(2).Read(LinkKind.Click, Token, 3));
        Assert.Null(Tokens.Read(LinkKind.Click, New(2, 1).Write(LinkKind.Click, "acme", "campaign", "x"), 3));
    }

    [Fact]
    public void Token_StandsInAnUrlAsItIs() => Assert.Equal(Token, Uri.EscapeDataString(Token));

    [Fact]
    public void Token_LongerThanAnyOfOurs_IsNotLookedAt() => Assert.Null(Tokens.Read(LinkKind.Open, Tokens.Write(LinkKind.Open, new string('x', 100_000)), 1));

    private static LinkTokens New(params int[] keys) => new(Options.Create(new TrackingSettings
    {
        SigningKeys = string.Join(", ", keys.Select(key => Convert.ToBase64String(SHA256.HashData([(byte)key])))),
    }));

    private static bool IsUnicode(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
