using Crm.Entities.Schema;

namespace Crm.Tests.Entities.Schema;

public class TextFormsTests
{
    [Theory]
    [InlineData("Émile", "emile")]
    [InlineData("  Šárka   Nováková ", "sarka novakova")]
    [InlineData("ＡＢＣ", "abc")]
    [InlineData("Йошкар", "иошкар")]
    [InlineData("王小明", "王小明")]
    [InlineData("が", "が")]
    [InlineData("हिन्दी", "हिन्दी")]
    [InlineData("👩🏽‍💻 Zoë", "👩🏽‍💻 zoe")]
    public void SortKey_OfText_IsWhereAListHasIt(string text, string key) => Assert.Equal(key.Normalize(), TextForms.SortKey(text));

    [Theory]
    [InlineData("Straße", "STRASSE", false)]
    [InlineData("Ａcme  Ltd", " acme ltd", true)]
    [InlineData("Müller", "Muller", false)]
    [InlineData("Å", "Å", true)]
    public void Folded_OfTwoTexts_IsEqualWherePeopleSeeOne(string one, string other, bool equal) =>
        Assert.Equal(equal, TextForms.Folded(one) == TextForms.Folded(other));

    [Theory]
    [InlineData(TextForm.Email, "Anna.Berg@Example.ORG", "anna.berg@example.org")]
    [InlineData(TextForm.Email, "anna@localhost", null)]
    [InlineData(TextForm.Email, "Anna <anna@example.org>", null)]
    [InlineData(TextForm.Email, "anna@exa mple.org", null)]
    [InlineData(TextForm.Email, "anna@例え.jp", "anna@例え.jp")]
    [InlineData(TextForm.Email, "a-local-part-of-sixty-five-characters-which-is-one-more-than-fits@example.org", null)]
    [InlineData(TextForm.Phone, "+49 (30) 123-456 78", "+493012345678")]
    [InlineData(TextForm.Phone, "030 1234567", null)]
    [InlineData(TextForm.Phone, "call me", null)]
    [InlineData(TextForm.Url, "https://example.org/a?b=c#d", "https://example.org/a?b=c#d")]
    [InlineData(TextForm.Url, "javascript:alert(1)", null)]
    [InlineData(TextForm.Url, "example.org", null)]
    [InlineData(TextForm.Url, "https://example.org/a b", null)]
    [InlineData(TextForm.Url, "https://example.org/\n", null)]
    [InlineData(TextForm.Domain, "Example.ORG", "example.org")]
    [InlineData(TextForm.Domain, "-example.org", null)]
    [InlineData(TextForm.Currency, "TWD", "TWD")]
    [InlineData(TextForm.Currency, "LSL", "LSL")]
    [InlineData(TextForm.Currency, "eur", null)]
    [InlineData(TextForm.Currency, "XQX", null)]
    [InlineData(TextForm.Country, "TW", "TW")]
    [InlineData(TextForm.Country, "AQ", "AQ")]
    [InlineData(TextForm.Country, "ZZ", null)]
    [InlineData(TextForm.TimeZone, "Asia/Taipei", "Asia/Taipei")]
    [InlineData(TextForm.TimeZone, "UTC", "UTC")]
    [InlineData(TextForm.TimeZone, "utc", null)]
    [InlineData(TextForm.TimeZone, "localtime", null)]
    [InlineData(TextForm.TimeZone, "right/Asia/Taipei", null)]
    [InlineData(TextForm.TimeZone, "Mars/Olympus", null)]
    [InlineData(TextForm.Language, "zh-Hant-TW", "zh-Hant-TW")]
    [InlineData(TextForm.Language, "klingon language", null)]
    [InlineData(TextForm.MediaType, "Application/PDF", "application/pdf")]
    [InlineData(TextForm.MediaType, "text/plain; charset=utf-8", null)]
    [InlineData(TextForm.MediaType, "text/*", null)]
    [InlineData(TextForm.MediaType, "text/plain\n", null)]
    public void Normalize_OfAForm_GivesItsNormalFormOrNothing(TextForm form, string text, string? normal) =>
        Assert.Equal(normal, TextForms.Normalize(form, text));
}
