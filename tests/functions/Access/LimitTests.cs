using Crm.Campaigns.Sending;
using Crm.Tests.Campaigns.Tracking;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Access;

/// <summary>An app with narrow limits, each by its setting.</summary>
public sealed class LimitedApp : CrmApp
{
    protected override IEnumerable<string> Settings =>
        [.. base.Settings, "--Limits:BurstRequests=40", "--Limits:BurstSeconds=3600", "--Limits:DailyRequests=50000", "--Limits:BodyKilobytes=16", "--Limits:JsonDepth=8", "--Lists:MaxPageSize=10", "--Lists:DefaultPageSize=5", "--Lists:MaxPredicates=2", "--Lists:MaxFilterLength=100"];
}

public sealed class LimitTests(LimitedApp app) : IClassFixture<LimitedApp>
{
    [Fact]
    public async Task Limits_AreWhatTheSettingsSay()
    {
        (await app.SendTextAsync("POST", "/api/v1/leads", $$"""{ "lastName": "x", "description": "{{new string('x', 17_000)}}" }""")).Expect(413, "too-large");
        (await app.SendTextAsync("POST", "/api/v1/leads", string.Concat(Enumerable.Repeat("[", 9)) + string.Concat(Enumerable.Repeat("]", 9)))).Expect(400, "invalid-json");
        (await app.ListAsync("leads", ("maxpagesize", "11"))).Expect(400, "out-of-range");
        (await app.ListAsync("leads", ("filter", "lastName eq 'a' or lastName eq 'b' or lastName eq 'c'"))).Expect(400, "filter-too-complex");
        (await app.ListAsync("leads", ("filter", $"lastName eq '{new string('a', 100)}'"))).Expect(400, "filter-too-complex");
    }

    [Fact]
    public async Task Requests_BeyondTheBurst_HaveToWait_EachCallerForThemselves()
    {
        using var client = await app.ClientForAsync("sales");
        var answer = (await client.SendAsync("GET", "/api/v1/leads")).Expect(200);
        Assert.Equal("\"burst\";q=40;w=3600, \"daily\";q=50000;w=86400", answer.Headers["RateLimit-Policy"]);
        Assert.StartsWith("\"burst\";r=39;t=", answer.Headers["RateLimit"], StringComparison.Ordinal);

        for (var sent = 1; sent < 60 && (int)answer.Status == 200; sent++)
            answer = await client.SendAsync("GET", "/api/v1/leads");

        answer.Expect(429, "rate-limited");
        Assert.True(int.Parse(answer.Headers["Retry-After"], null) >= 1);
        Assert.StartsWith("\"burst\";r=0;t=", answer.Headers["RateLimit"], StringComparison.Ordinal);
        (await app.SendAsync("GET", "/api/v1/leads")).Expect(200);
    }

    [Fact]
    public async Task LinksInMails_AreCountedByRecipient_NotByTheAddressOfAMailProvider()
    {
        var links = app.Links();
        var (one, other) = (RecipientKey.Of("default", "none", "0a"), RecipientKey.Of("default", "none", "0b"));
        async Task<int> ClickAsync(RecipientKey recipient) => (int)(await app.CallAsync("GET", links.Click(recipient, "https://shop.example/")!.PathAndQuery)).Status;

        var status = await ClickAsync(one);
        for (var sent = 1; sent < 60 && status == 302; sent++)
            status = await ClickAsync(one);

        Assert.Equal(429, status);
        Assert.Equal(302, await ClickAsync(other));
        Assert.Equal(200, (int)(await app.CallAsync("GET", links.Open(one).PathAndQuery)).Status);
    }
}

/// <summary>What every answer carries beside its data.</summary>
[Collection(SharedApp.Name)]
public sealed class SecurityHeaderTests(CrmApp app)
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/api/v1/leads")]
    [InlineData("/api/v1/leads/none")]
    [InlineData("/schemas")]
    public async Task Answers_CarrySecurityHeaders(string path)
    {
        var answer = await app.SendAsync("GET", path);

        Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
        Assert.Contains("default-src 'none'", answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Contains("private", answer.Headers["Cache-Control"], StringComparison.Ordinal);
        Assert.Contains("Authorization", answer.Headers["Vary"], StringComparison.Ordinal);
        Assert.False(answer.Headers.ContainsKey("RateLimit"));
    }
}
