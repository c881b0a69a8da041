using Crm.Tests.Fixtures;

namespace Crm.Tests.Files;

/// <summary>The storage of files is away; only what needs it notices.</summary>
[Collection(SharedApp.Name)]
public sealed class WithoutFilesTests(CrmApp app)
{
    [Fact]
    public async Task Health_SaysSo_AndIsWell()
    {
        var health = (await app.SendAsync("GET", "/health")).Expect(200).Json;

        Assert.Equal("ok", (string?)health["status"]);
        Assert.Equal("unreachable", (string?)health["parts"]!["files"]);
    }

    [Fact]
    public async Task Upload_IsToldToComeBack()
    {
        var attachment = await app.CreateAsync("attachments", ("contentType", "text/plain"));

        var answer = await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", "hello"u8.ToArray(), "text/plain", attachment.IfMatch());

        Assert.Equal("busy", answer.Expect(503).Code);
        Assert.True(answer.Headers.ContainsKey("Retry-After"));
        Assert.Equal(1, (int?)(await app.ReadAsync(attachment)).Json["version"]);
    }
}
