using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Crm.Platform.Blobs;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Files;

/// <summary>Contents over HTTP, and as they lie in storage.</summary>
[Collection(SharedFiles.Name)]
public sealed class ContentTests(FilesApp app)
{
    private const string Bytes = "application/octet-stream";

    private static readonly (string, string) Whatever = ("If-Match", "*");

    [NodeFact]
    public async Task Upload_ThenDownload_GivesTheSameFile()
    {
        var content = FilesApp.RandomBytes(700_001);
        var attachment = await app.AttachmentAsync("image/x-raw", "Größe № 7.raw");

        var uploaded = await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", content, "image/x-raw", attachment.IfMatch());

        var record = uploaded.Expect(200).Json;
        Assert.Equal("\"2\"", uploaded.ETag);
        Assert.Equal(content.Length, (long?)record["size"]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), (string?)record["sha256"]);
        Assert.Equal("pending", (string?)record["scanState"]);
        using var response = await app.Client.GetAsync($"{attachment.Path()}/content");
        Assert.Equal(content, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("\"2\"", response.Headers.ETag?.Tag);
        Assert.Equal("image/x-raw", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(content.Length, response.Content.Headers.ContentLength);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("Größe № 7.raw", response.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal($"sha-256=:{Convert.ToBase64String(SHA256.HashData(content))}:", Assert.Single(response.Headers.GetValues("Repr-Digest")));
        var blob = Assert.Single(await app.BlobsOfAsync(attachment));
        Assert.Equal(content, (await app.Blobs.GetBlobClient(blob).DownloadContentAsync()).Value.Content.ToArray());
    }

    [NodeFact]
    public async Task Download_UnderAnyName_IsAFile()
    {
        foreach (var name in new[] { "a\r\nSet-Cookie: b=c.txt", "\"; filename=\"b.exe", "../../etc/passwd", "\u0001\u007f", "🙂", "%0d%0a" })
        {
            var attachment = await app.AttachmentAsync("application/octet-stream", name);
            (await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", [1], Bytes, attachment.IfMatch())).Expect(200);

            using var response = await app.Client.GetAsync($"{attachment.Path()}/content");

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
            Assert.Equal(name, response.Content.Headers.ContentDisposition?.FileNameStar);
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }
    }

    [NodeFact]
    public async Task Download_OfWhatTheClientHas_Is304()
    {
        var attachment = await app.AttachmentAsync([1, 2, 3]);

        var answer = await app.SendAsync("GET", $"{attachment.Path()}/content", null, ("If-None-Match", (string)attachment["etag"]!));

        Assert.Equal(HttpStatusCode.NotModified, answer.Status);
        Assert.Empty(answer.Text);
    }

    [NodeFact]
    public async Task Upload_OfNothing_IsAnEmptyFile()
    {
        var attachment = await app.AttachmentAsync([]);

        Assert.Equal(0, (long?)attachment["size"]);
        Assert.Empty(await app.Client.GetByteArrayAsync($"{attachment.Path()}/content"));
    }

    [NodeFact]
    public async Task Download_WithoutContent_Is404() => (await app.SendAsync("GET", $"{(await app.AttachmentAsync()).Path()}/content")).Expect(404);

    [NodeFact]
    public async Task Content_OfNoAttachment_Is404()
    {
        (await app.SendAsync("GET", "/api/v1/attachments/nothing/content")).Expect(404);
        (await app.SendBytesAsync("PUT", "/api/v1/attachments/nothing/content", [1], Bytes, Whatever)).Expect(404);
    }

    [NodeFact]
    public async Task Upload_WithoutIfMatch_Is428()
    {
        var attachment = await app.AttachmentAsync();

        (await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", [1], Bytes)).Expect(428);

        await ExpectNoContentAsync(attachment);
    }

    [NodeFact]
    public async Task Upload_OverAnotherVersion_Is412AndLeavesTheContent()
    {
        var attachment = await app.AttachmentAsync([1, 2, 3]);

        var refused = await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", [4, 5], Bytes, ("If-Match", "\"1\""));

        Assert.Equal("\"2\"", (string?)refused.Expect(412).Json["currentEtag"]);
        Assert.Equal([1, 2, 3], await app.Client.GetByteArrayAsync($"{attachment.Path()}/content"));
        Assert.Single(await app.BlobsOfAsync(attachment));
    }

    [NodeFact]
    public async Task Upload_AtTheSameTime_IsOneOfThem()
    {
        var attachment = await app.AttachmentAsync();
        var contents = Enumerable.Range(1, 6).Select(number => Enumerable.Repeat((byte)number, 20_000).ToArray()).ToList();

        var answers = await Task.WhenAll(contents.Select(content => app.SendBytesAsync("PUT", $"{attachment.Path()}/content", content, Bytes, attachment.IfMatch())));

        var winner = Assert.Single(answers.Index(), answer => answer.Item.Status == HttpStatusCode.OK).Index;
        Assert.All(answers.Where((_, index) => index != winner), answer => answer.Expect(412));
        Assert.Equal(contents[winner], await app.Client.GetByteArrayAsync($"{attachment.Path()}/content"));
        Assert.Single(await app.BlobsOfAsync(attachment));
    }

    [NodeFact]
    public async Task Upload_Again_TakesThePlaceOfTheFirst()
    {
        var attachment = await app.AttachmentAsync([1, 2, 3]);

        var again = await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", [4, 5], Bytes, attachment.IfMatch());

        Assert.Equal(2, (long?)again.Expect(200).Json["size"]);
        Assert.Equal([4, 5], await app.Client.GetByteArrayAsync($"{attachment.Path()}/content"));
        Assert.Single(await app.BlobsOfAsync(attachment));
    }

    [NodeFact]
    public async Task Upload_AsAnotherType_Is415()
    {
        var attachment = await app.AttachmentAsync("application/pdf");

        Assert.Contains("application/pdf", (string?)(await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", [1], "text/plain", Whatever)).Expect(415).Json["detail"], StringComparison.Ordinal);
        (await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", [1], null, Whatever)).Expect(415);

        await ExpectNoContentAsync(attachment);
    }

    [NodeFact]
    public async Task Upload_OfAProgramAsAPicture_Is422()
    {
        var attachment = await app.AttachmentAsync("image/png");

        var refused = await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", [.. "MZ"u8, .. FilesApp.RandomBytes(100)], "image/png", Whatever);

        Assert.Equal(["# content-type-mismatch"], refused.Expect(422).Errors);
        await ExpectNoContentAsync(attachment);
    }

    [NodeFact]
    public async Task Upload_OfTheLargest_IsTaken() => Assert.Equal(1 << 20, (long?)(await app.AttachmentAsync(new byte[1 << 20]))["size"]);

    [NodeFact]
    public async Task Upload_OfMore_Is413WhetherItSaysSoOrNot()
    {
        var attachment = await app.AttachmentAsync();
        var content = new byte[(1 << 20) + 1];

        (await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", content, Bytes, Whatever)).Expect(413);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{attachment.Path()}/content") { Content = new StreamContent(new MemoryStream(content)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(Bytes);
        request.Headers.TransferEncodingChunked = true;
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        using var answer = await app.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);

        await ExpectNoContentAsync(attachment);
    }

    [NodeFact]
    public async Task ContentType_WithContent_Stays()
    {
        var attachment = await app.AttachmentAsync([1]);

        var refused = await app.PatchAsync(attachment, new JsonObject { ["contentType"] = "text/html" });

        Assert.Equal(["#/contentType not-allowed"], refused.Expect(422).Errors);
    }

    /// <summary>As a process leaves it that is killed between the two writes of an upload.</summary>
    [NodeFact]
    public async Task Blob_ThatNoRecordNames_IsNoContent()
    {
        var attachment = await app.AttachmentAsync();
        using var orphan = new MemoryStream([1, 2, 3]);
        await app.Services.GetRequiredService<BlobStore>().WriteAsync($"default/attachments/{attachment.Id()}/cut-short", orphan, CancellationToken.None);

        (await app.SendAsync("GET", $"{attachment.Path()}/content")).Expect(404);
        (await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", [4], Bytes, attachment.IfMatch())).Expect(200);
        Assert.Equal([4], await app.Client.GetByteArrayAsync($"{attachment.Path()}/content"));
    }

    /// <summary>As an old copy of the blobs beside a newer database leaves it.</summary>
    [NodeFact]
    public async Task Content_LostFromStorage_Is404AndCanBeSentAgain()
    {
        var attachment = await app.AttachmentAsync([1, 2, 3]);
        await app.Blobs.GetBlobClient(Assert.Single(await app.BlobsOfAsync(attachment))).DeleteAsync();

        (await app.SendAsync("GET", $"{attachment.Path()}/content")).Expect(404);
        (await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", [1, 2, 3], Bytes, attachment.IfMatch())).Expect(200);
    }

    [NodeFact]
    public async Task Content_OfWhatIsAboutARecordOneMayNotRead_IsNotThere()
    {
        var attachment = await app.AttachmentAsync([1, 2, 3]);
        using var client = await app.ClientForAsync(await app.NewRoleAsync([Grant("attachments", "all"), Grant("accounts", "own")]));

        (await client.SendAsync("GET", attachment.Path())).Expect(200);
        (await client.SendAsync("GET", $"{attachment.Path()}/content")).Expect(404, "not-found");
        (await client.SendAsync("POST", $"{attachment.Path()}/link")).Expect(404, "not-found");

        static JsonObject Grant(string entity, string scope) => new() { ["entity"] = entity, ["read"] = scope };
    }

    /// <summary>The right to delete the record is enough.</summary>
    [NodeFact]
    public async Task Attachment_GoesWithItsRecord_ThoughTheCallerMayNotDeleteAttachments()
    {
        var attachment = await app.AttachmentAsync([1, 2, 3]);
        using var client = await app.ClientForAsync(await app.NewRoleAsync([new JsonObject { ["entity"] = "accounts", ["read"] = "all", ["delete"] = "all" }]));

        (await client.SendAsync("DELETE", $"/api/v1/accounts/{attachment["regarding"]!["id"]}", null, Whatever)).Expect(204);

        (await app.ReadAsync(attachment)).Expect(404);
    }

    [NodeFact]
    public async Task Attachment_GoesWithItsRecord()
    {
        var attachment = await app.AttachmentAsync([1, 2, 3]);
        var account = $"/api/v1/accounts/{attachment["regarding"]!["id"]}";

        (await app.SendAsync("DELETE", account, null, Whatever)).Expect(204);

        (await app.ReadAsync(attachment)).Expect(404);
        (await app.SendAsync("GET", $"{attachment.Path()}/content")).Expect(404);
        await ExpectNoBlobsAsync(attachment);
    }

    /// <summary>What an upload cut short had left beside it goes too.</summary>
    [NodeFact]
    public async Task Content_GoesWithItsAttachment()
    {
        var attachment = await app.AttachmentAsync([1, 2, 3]);
        using var orphan = new MemoryStream([4]);
        await app.Services.GetRequiredService<BlobStore>().WriteAsync($"default/attachments/{attachment.Id()}/cut-short", orphan, CancellationToken.None);

        (await app.DeleteAsync(attachment)).Expect(204);

        await ExpectNoBlobsAsync(attachment);
    }

    [NodeFact]
    public async Task Attachment_Restored_AsksForItsContent()
    {
        var attachment = await app.AttachmentAsync([1, 2, 3]);
        (await app.DeleteAsync(attachment)).Expect(204);
        await ExpectNoBlobsAsync(attachment);

        var restored = (await app.SendAsync("POST", $"{attachment.Path()}/restore")).Expect(200).Json;

        Assert.Equal((string?)attachment["sha256"], (string?)restored["sha256"]);
        (await app.SendAsync("GET", $"{attachment.Path()}/content")).Expect(404);
        (await app.SendBytesAsync("PUT", $"{attachment.Path()}/content", [1, 2, 3], Bytes, restored.IfMatch())).Expect(200);
        Assert.Equal([1, 2, 3], await app.Client.GetByteArrayAsync($"{attachment.Path()}/content"));
    }

    /// <summary>The change feed comes by within a second or two.</summary>
    private async Task ExpectNoBlobsAsync(JsonObject attachment) =>
        await Eventually.GetAsync(() => app.BlobsOfAsync(attachment), blobs => blobs.Count == 0, $"no blobs of {attachment.Path()}");

    private async Task ExpectNoContentAsync(JsonObject attachment)
    {
        Assert.Equal(1, (int?)(await app.ReadAsync(attachment)).Json["version"]);
        Assert.Empty(await app.BlobsOfAsync(attachment));
    }
}
