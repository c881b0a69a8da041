using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Crm.Campaigns.Sending;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Campaigns.Tracking;

/// <summary>People who want no more of it: by the page, and by the button of their mail program (RFC 8058).</summary>
[Collection(SharedApp.Name)]
public sealed class UnsubscribeTests(CrmApp app)
{
    public static TheoryData<string, string> Bodies { get; } = new()
    {
        { "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click" },
        { "application/x-www-form-urlencoded; charset=utf-8", "x=1&List-Unsubscribe=One-Click" },
        { "multipart/form-data; boundary=---b", "-----b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n-----b--\r\n" },
    };

    private static readonly (string? ContentType, string Body)[] OtherBodies =
    [
        (null, ""),
        ("application/x-www-form-urlencoded", ""),
        ("application/x-www-form-urlencoded", "List-Unsubscribe=Two-Clicks"),
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click&List-Unsubscribe=One-Click"),
        ("application/x-www-form-urlencoded", "%zz=%00&&&&"),
        ("application/x-www-form-urlencoded", $"List-Unsubscribe=One-Click&x={new string('x', 100_000)}"),
        ("application/json", "{\"List-Unsubscribe\":\"One-Click\"}"),
        ("text/plain", "List-Unsubscribe=One-Click"),
        ("multipart/form-data", "List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=---b", "-----b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Cl"),
        ("no type", "List-Unsubscribe=One-Click"),
    ];

    [Theory, MemberData(nameof(Bodies))]
    public async Task OneClick_WithdrawsTheConsent_AndMarksTheRecipient(string contentType, string body)
    {
        var reader = await app.NewReaderAsync();

        var (status, page, response) = await PostAsync(reader, contentType, body);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("You are unsubscribed", page, StringComparison.Ordinal);
        Assert.Null(response.Headers.Location);
        Assert.NotNull((await app.RecipientAsync(reader)).UnsubscribedAt);
        var consents = await app.ConsentsAsync(reader.PartyRef.Id);
        Assert.Equal(["granted", "withdrawn"], consents.States());
        var withdrawn = consents[1];
        Assert.Equal((Readers.Purpose, "email", "unsubscribe link"), ((string?)withdrawn["purpose"], (string?)withdrawn["channel"], (string?)withdrawn["source"]));
        Assert.Equal(("127.0.0.1", $"campaigns/{reader.CampaignId}"), ((string?)withdrawn["evidence"]!["ip"], (string?)withdrawn["evidence"]!["formId"]));
        Assert.InRange(withdrawn["evidence"]!["at"].Time(), DateTimeOffset.UnixEpoch, withdrawn["createdAt"].Time());
    }

    [Fact]
    public async Task Post_OfAnythingElse_WithdrawsNothing_AndAsks()
    {
        var reader = await app.NewReaderAsync();
        foreach (var (contentType, body) in OtherBodies)
        {
            var (status, page, _) = await PostAsync(reader, contentType, body);

            Assert.True(status == HttpStatusCode.BadRequest, $"{contentType}: {body}");
            Assert.Contains("<form method=\"post\">", page, StringComparison.Ordinal);
        }

        await ExpectUntouchedAsync(reader);
    }

    [Fact]
    public async Task OneClick_TwiceAndAtOnce_WithdrawsOnce()
    {
        var reader = await app.NewReaderAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OneClickAsync(reader)));
        var unsubscribedAt = (await app.RecipientAsync(reader)).UnsubscribedAt;
        await OneClickAsync(reader);

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(["granted", "withdrawn"], (await app.ConsentsAsync(reader.PartyRef.Id)).States());
        Assert.Equal(unsubscribedAt, (await app.RecipientAsync(reader)).UnsubscribedAt);
        Assert.Equal(1, (await app.CountsAsync(reader)).Unsubscribed);
    }

    [Fact]
    public async Task OneClick_ByAnOldMail_WithdrawsWhatWasGrantedSince()
    {
        var reader = await app.NewReaderAsync();
        await OneClickAsync(reader);
        await app.SayAsync(Contact(reader), "granted");

        await OneClickAsync(reader);

        Assert.Equal(["granted", "withdrawn", "granted", "withdrawn"], (await app.ConsentsAsync(reader.PartyRef.Id)).States());
    }

    [Fact]
    public async Task OneClick_OfSomebodyWhoIsGone_IsAnsweredAsIfTheyWereThere()
    {
        var reader = await app.NewReaderAsync();
        (await app.SendAsync("DELETE", Contact(reader).Path(), null, ("If-Match", "*"))).Expect(204);

        Assert.Equal(HttpStatusCode.OK, await OneClickAsync(reader));
    }

    [Fact]
    public async Task OneClick_ByAnotherTenantsKey_FindsNobody()
    {
        var reader = await app.NewReaderAsync();
        var elsewhere = new RecipientKey("elsewhere", reader.CampaignId, reader.Shard, reader.Id);

        Assert.Equal(HttpStatusCode.NotFound, (await app.CallAsync("POST", app.Links().Unsubscribe(elsewhere, Readers.Purpose).PathAndQuery, Readers.OneClick())).Status);
        await ExpectUntouchedAsync(reader);
    }

    [Theory]
    [InlineData(null, "en", "Unsubscribe")]
    [InlineData("de-AT, en;q=0.5", "de", "Abmelden")]
    [InlineData("xx, en;q=0.2, fr;q=0.9", "fr", "Se d")]
    [InlineData("de;q=0, *", "en", "Unsubscribe")]
    [InlineData(";;;,,q=", "en", "Unsubscribe")]
    public async Task Page_AsksInTheReadersLanguage_WithOneButton_AndNothingThatRuns(string? accepted, string language, string button)
    {
        (string, string)[] headers = accepted is null ? [] : [("Accept-Language", accepted)];

        var (status, page, response) = await app.CallAsync("GET", app.Links().Unsubscribe(RecipientKey.Of("default", "none", "0"), "<script>&\"'").PathAndQuery, null, headers);

        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8"), (status, response.Content.Headers.ContentType?.ToString()));
        Assert.Contains($"<html lang=\"{language}\">", page, StringComparison.Ordinal);
        Assert.Contains($"name=\"List-Unsubscribe\" value=\"One-Click\">{button}", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("<button ").Length);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.Contains("form-action 'self'; base-uri 'none'; frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Page_ThatIsOnlyLookedAt_WithdrawsNothing()
    {
        var reader = await app.NewReaderAsync();

        Assert.Equal(HttpStatusCode.OK, (await app.CallAsync("GET", app.Links().Unsubscribe(reader.Key, Readers.Purpose).PathAndQuery)).Status);

        await ExpectUntouchedAsync(reader);
    }

    private static JsonObject Contact(Recipient reader) => new() { ["type"] = "contacts", ["id"] = reader.PartyRef.Id };

    private async Task<HttpStatusCode> OneClickAsync(Recipient reader) =>
        (await app.CallAsync("POST", app.Links().Unsubscribe(reader.Key, Readers.Purpose).PathAndQuery, Readers.OneClick())).Status;

    private Task<(HttpStatusCode Status, string Text, HttpResponseMessage Response)> PostAsync(Recipient reader, string? contentType, string body)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (contentType is not null)
            Assert.True(content.Headers.TryAddWithoutValidation("Content-Type", contentType));
        return app.CallAsync("POST", app.Links().Unsubscribe(reader.Key, Readers.Purpose).PathAndQuery, content);
    }

    private async Task ExpectUntouchedAsync(Recipient reader)
    {
        Assert.Equal(["granted"], (await app.ConsentsAsync(reader.PartyRef.Id)).States());
        Assert.Equal(reader, await app.RecipientAsync(reader));
    }
}
