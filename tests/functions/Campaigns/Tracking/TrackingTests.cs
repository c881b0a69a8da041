using System.Net;
using System.Text;
using Crm.Campaigns.Sending;
using Crm.Tests.Fixtures;
using FsCheck.Xunit;

namespace Crm.Tests.Campaigns.Tracking;

/// <summary>Mails that are opened, and links in them that are followed.</summary>
[Collection(SharedApp.Name)]
public sealed class TrackingTests(CrmApp app)
{
    private const string Target = "https://shop.example/a%20b?x=1&y=%2F#top";

    [Fact]
    public async Task Open_AnswersAPixelThatIsNotKept_AndMarksTheRecipientOnce()
    {
        var reader = await app.NewReaderAsync();
        var path = app.Links().Open(reader.Key).PathAndQuery;

        var (status, _, response) = await app.CallAsync("GET", path);
        var openedAt = (await app.RecipientAsync(reader)).OpenedAt;
        await app.CallAsync("GET", path + "?utm_source=x");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("image/gif", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("GIF89a", Encoding.ASCII.GetString(await response.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.NotNull(openedAt);
        Assert.Equal(openedAt, (await app.RecipientAsync(reader)).OpenedAt);
        Assert.Equal((1, 0), (await app.CountsAsync(reader)) is var counts ? (counts.Opened, counts.Clicked) : default);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("%00")]
    [InlineData("🙂")]
    [InlineData("..%2F..")]
    public async Task Open_OfWhatIsNoLink_AnswersThePixel(string token)
    {
        var (status, text, response) = await app.CallAsync("GET", $"/t/o/{token}");

        // What is no path at all is the host's to refuse.
        if (status != HttpStatusCode.BadRequest)
            Assert.Equal((HttpStatusCode.OK, "image/gif", "GIF"), (status, response.Content.Headers.ContentType?.MediaType, text[..3]));
    }

    [Fact]
    public async Task Open_OfARecipientWhoIsNotThere_AnswersThePixel() =>
        Assert.Equal(HttpStatusCode.OK, (await app.CallAsync("GET", app.Links().Open(RecipientKey.Of("nowhere", "none", "0")).PathAndQuery)).Status);

    [Fact]
    public async Task Click_LeadsToTheTarget_AndMarksTheRecipientOnce()
    {
        var reader = await app.NewReaderAsync();
        var path = app.Links().Click(reader.Key, Target)!.PathAndQuery;

        var (status, _, response) = await app.CallAsync("GET", path);
        await app.CallAsync("GET", path);

        Assert.Equal((HttpStatusCode.Found, Target), (status, response.Headers.Location?.OriginalString));
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        var marked = await app.RecipientAsync(reader);
        Assert.NotNull(marked.ClickedAt);
        Assert.Equal(marked.ClickedAt, marked.OpenedAt);
        Assert.Equal((1, 1), (await app.CountsAsync(reader)) is var counts ? (counts.Opened, counts.Clicked) : default);
    }

    [Fact]
    public async Task Click_OfARecipientWhoIsNotThere_LeadsToTheTarget() =>
        Assert.Equal(HttpStatusCode.Found, (await app.CallAsync("GET", app.Links().Click(RecipientKey.Of("nowhere", "none", "0"), Target)!.PathAndQuery)).Status);

    [Theory]
    [InlineData("HEAD", null, null)]
    [InlineData("GET", "Sec-Purpose", "prefetch;prerender")]
    [InlineData("GET", "Purpose", "prefetch")]
    public async Task Links_ThatAProgramLooksAt_MarkNothing(string method, string? header, string? value)
    {
        var reader = await app.NewReaderAsync();
        (string, string)[] headers = header is null ? [] : [(header, value!)];

        Assert.Equal(HttpStatusCode.Found, (await app.CallAsync(method, app.Links().Click(reader.Key, Target)!.PathAndQuery, null, headers)).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.CallAsync(method, app.Links().Open(reader.Key).PathAndQuery, null, headers)).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.CallAsync(method, app.Links().Unsubscribe(reader.Key, Readers.Purpose).PathAndQuery, null, headers)).Status);

        Assert.Equal(reader, await app.RecipientAsync(reader));
    }

    [Theory]
    [InlineData("c")]
    [InlineData("u")]
    [InlineData("confirm")]
    public async Task Pages_OfLinksThatAreNone_SayNoMoreThanThat(string kind)
    {
        var reader = await app.NewReaderAsync();
        var token = app.Links().Open(reader.Key).Segments[^1];
        foreach (var text in new[] { "none", "https:%2F%2Fevil.example", token, token[..^1], new string('A', 5_000), "%F0%9F%99%82" })
        {
            var (status, page, response) = await app.CallAsync("GET", $"/t/{kind}/{text}");

            Assert.Equal(HttpStatusCode.NotFound, status);
            Assert.Null(response.Headers.Location);
            Assert.Contains("This link does not work", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<form", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Click_OfATargetThatIsNoPage_IsNotMade_SoThatNoneIsFollowed()
    {
        var reader = await app.NewReaderAsync();

        Assert.All(["javascript:alert(1)", "data:text/html,x", "//evil.example", "file:///etc/passwd"], target => Assert.Null(app.Links().Click(reader.Key, target)));
    }

    [Property(MaxTest = 30)]
    public void Token_WithAnyInput_IsNoneOnEveryPage(string? text)
    {
        var token = Uri.EscapeDataString(string.Concat((text ?? "").EnumerateRunes().Where(rune => rune.Value is not ('/' or '\\' or '.' or '\0'))));
        if (token.Length == 0)
            return;

        using var client = app.NewReader();
        foreach (var (method, path) in new[] { ("GET", "c"), ("GET", "u"), ("POST", "u"), ("GET", "confirm"), ("POST", "confirm") })
        {
            using var response = client.Send(new HttpRequestMessage(new HttpMethod(method), $"/t/{path}/{token}"));
            Assert.InRange((int)response.StatusCode, 400, 404);
        }
    }
}
