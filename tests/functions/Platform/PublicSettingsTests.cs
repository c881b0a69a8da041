using Crm.Platform.Http;

namespace Crm.Tests.Platform;

public sealed class PublicSettingsTests
{
    [Theory]
    [InlineData("https://crm.example.com", "https://crm.example.com/t/o/x")]
    [InlineData("https://crm.example.com/", "https://crm.example.com/t/o/x")]
    [InlineData("http://127.0.0.1:7071", "http://127.0.0.1:7071/t/o/x")]
    [InlineData("https://example.com/crm/", "https://example.com/crm/t/o/x")]
    public void BaseUrl_IsWhatAddressesBeginWith(string baseUrl, string address)
    {
        var settings = new PublicSettings { BaseUrl = baseUrl };

        Assert.True(settings.HasBaseUrl);
        Assert.Equal(address, settings.Of("t/o/x").AbsoluteUri);
    }

    [Theory]
    [InlineData("")]
    [InlineData("crm.example.com")]
    [InlineData("/crm")]
    [InlineData("ftp://crm.example.com")]
    [InlineData("https://user@crm.example.com")]
    [InlineData("https://crm.example.com?tenant=1")]
    [InlineData("https://crm.example.com#top")]
    [InlineData("https://bücher.example")]
    public void BaseUrl_ThatNothingCanBeginWith_IsNone(string baseUrl) => Assert.False(new PublicSettings { BaseUrl = baseUrl }.HasBaseUrl);
}
