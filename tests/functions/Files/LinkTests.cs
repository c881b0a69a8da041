using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Files;

[Collection(SharedFiles.Name)]
public sealed class LinkTests(FilesApp app)
{
    [NodeFact]
    public async Task Link_IsFollowed_WithoutAnythingElse()
    {
        var attachment = await app.AttachmentAsync([1, 2, 3]);

        var link = await LinkAsync(attachment);

        using var stranger = new HttpClient();
        Assert.Equal([1, 2, 3], await stranger.GetByteArrayAsync(link));
    }

    [NodeFact]
    public async Task Link_SaysUntilWhen()
    {
        var attachment = await app.AttachmentAsync([1]);

        var answer = (await app.SendAsync("POST", $"{attachment.Path()}/link")).Expect(200).Json;

        Assert.InRange(answer["expiresAt"].Time() - app.Clock.GetUtcNow(), TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
    }

    [NodeFact]
    public async Task Link_AfterItsTime_Is410()
    {
        var link = await LinkAsync(await app.AttachmentAsync([1]));

        app.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("link-expired", (await app.SendAsync("GET", link.PathAndQuery)).Expect(410).Code);
    }

    [NodeFact]
    public async Task Link_ChangedAnywhere_Is404()
    {
        var link = (await LinkAsync(await app.AttachmentAsync([1]))).PathAndQuery;
        var token = link.LastIndexOf('/') + 1;

        foreach (var position in new[] { token, token + 30, token + 60, link.Length - 2 })
        {
            var changed = $"{link[..position]}{(link[position] == 'A' ? 'B' : 'A')}{link[(position + 1)..]}";
            Assert.Equal(HttpStatusCode.NotFound, (await app.SendAsync("GET", changed)).Status);
        }
    }

    [NodeFact]
    public async Task Link_ThatIsNone_Is404()
    {
        foreach (var token in new[] { "x", "%00", "🙂", new string('A', 2_000), "..%2F" })
            Assert.InRange((int)(await app.SendAsync("GET", $"/files/{token}")).Status, 400, 404);
    }

    [NodeFact]
    public async Task Link_ToAContentThatWasReplaced_Is404()
    {
        var attachment = await app.AttachmentAsync([1]);
        var link = await LinkAsync(attachment);

        (await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", [2], "application/octet-stream", attachment.IfMatch())).Expect(200);

        (await app.SendAsync("GET", link.PathAndQuery)).Expect(404);
    }

    [NodeFact]
    public async Task Link_ToADeletedAttachment_Is404()
    {
        var attachment = await app.AttachmentAsync([1]);
        var link = await LinkAsync(attachment);

        (await app.DeleteAsync(attachment)).Expect(204);

        (await app.SendAsync("GET", link.PathAndQuery)).Expect(404);
    }

    [NodeFact]
    public async Task Link_WithoutContent_Is404() => (await app.SendAsync("POST", $"{(await app.AttachmentAsync()).Path()}/link")).Expect(404);

    private async Task<Uri> LinkAsync(JsonObject attachment) => new((string)(await app.SendAsync("POST", $"{attachment.Path()}/link")).Expect(200).Json["url"]!);
}
