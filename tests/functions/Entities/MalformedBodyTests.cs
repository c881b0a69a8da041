using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>Bodies that are not what they should be, for every collection there is.</summary>
[Collection(SharedApp.Name)]
public sealed class MalformedBodyTests(CrmApp app)
{
    private static readonly string[] NotJson =
    [
        "", " ", "{", "{\"name\":}", "{\"name\":\"x\",}", "{name:1}", "{\"a\":1}{\"b\":2}", "// x\n{}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":'x'}",
        "{\"name\":\"a\",\"name\":\"b\"}", "{\"a\":{\"b\":1,\"b\":2}}", "{\"name\":\"\\ud800\"}", "{\"name\":[{\"x\":\"\\udc00\\ud800\"}]}", "{\"\\ud800\":1}", "{\"a\":\"\\x\"}", "{\"a\":\"\t\"}",
        "{\"a\":" + new string('[', 40) + new string(']', 40) + "}", new('[', 100_000), "\uFEFF{}x", "undefined",
    ];

    public static TheoryData<string> Collections => Catalogued.Collections;

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithWhatIsNotJson_Answers400(string collection)
    {
        foreach (var body in NotJson)
        {
            foreach (var (method, path) in Writes(collection))
                Assert.True((await app.SendTextAsync(method, path, body)).ExpectRefusal().Code == "invalid-json", body[..Math.Min(60, body.Length)]);
        }
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithBytesThatAreNotUtf8_Answers400(string collection)
    {
        byte[][] bodies = [[0xFF, 0xFE, 0x7B], [.. "{\"name\":\""u8, 0xC3, 0x28, .. "\"}"u8], Encoding.Unicode.GetBytes("{}"), [0], [.. "{\"name\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8]];
        foreach (var body in bodies)
        {
            foreach (var (method, path) in Writes(collection))
                (await app.SendBytesAsync(method, path, body, "application/json", ("If-Match", "*"))).Expect(400, "invalid-json");
        }
    }

    [Theory]
    [InlineData("{\"name\":\"\\ud800\"}")]
    [InlineData("{\"\\udc00\":1}")]
    public async Task Write_WithHalfACharacter_SaysThatTextIsNotUnicode(string body) =>
        Assert.Contains("text that is not Unicode", (string)(await app.SendTextAsync("POST", "/api/v1/accounts", body)).Expect(400, "invalid-json").Json["detail"]!, StringComparison.Ordinal);

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithJsonThatIsNoObject_NamesTheWhole(string collection)
    {
        var record = await app.CreateAsync(collection);
        foreach (var body in new[] { "null", "[]", "5", "\"x\"", "true", "1e400" })
        {
            Assert.Contains("# type", (await app.SendTextAsync("POST", $"/api/v1/{collection}", body)).Expect(422).Errors);
            Assert.Contains("# type", (await app.SendTextAsync("PUT", record.Path(), body)).Expect(422).Errors);
            Assert.Contains("# type", (await app.SendTextAsync("PATCH", record.Path(), body)).Expect(422).Errors);
        }
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithAnotherMediaType_Answers415(string collection)
    {
        var record = await app.CreateAsync(collection);
        foreach (var type in new[] { null, "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json-patch+json" })
        {
            (await app.SendBytesAsync("POST", $"/api/v1/{collection}", "{}"u8.ToArray(), type)).Expect(415, "unsupported-media-type");
            (await app.SendBytesAsync("PUT", record.Path(), "{}"u8.ToArray(), type, record.IfMatch())).Expect(415, "unsupported-media-type");
            var patch = (await app.SendBytesAsync("PATCH", record.Path(), "{}"u8.ToArray(), type, record.IfMatch())).Expect(415, "unsupported-media-type");
            Assert.Equal("application/merge-patch+json", patch.Headers["Accept-Patch"]);
        }

        (await app.SendBytesAsync("PUT", record.Path(), "{}"u8.ToArray(), "application/merge-patch+json", record.IfMatch())).Expect(415, "unsupported-media-type");
        (await app.SendBytesAsync("PATCH", record.Path(), "{}"u8.ToArray(), "Application/JSON; charset=UTF-8", record.IfMatch())).Expect(200);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithABodyOverTheLimit_Answers413(string collection)
    {
        var body = Encoding.UTF8.GetBytes($"{{\"description\":\"{new string('x', 1024 * 1024)}\"}}");
        foreach (var (method, path) in Writes(collection))
            (await app.SendBytesAsync(method, path, body, "application/json", ("If-Match", "*"))).Expect(413, "too-large");

        using var chunked = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/{collection}") { Content = new ByteArrayContent(body) };
        chunked.Headers.TransferEncodingChunked = true;
        chunked.Content.Headers.ContentType = new("application/json");
        using var response = await app.Client.SendAsync(chunked);
        (await Answer.ReadAsync(response)).Expect(413, "too-large");
    }

    [Fact]
    public async Task Create_OfARecordOverTheLimit_Answers413()
    {
        var longest = string.Concat(Enumerable.Repeat("🚢", 32_000));
        var tags = new JsonArray([.. Enumerable.Range(0, 50).Select(_ => (JsonNode)string.Concat(Enumerable.Repeat("🚢", 255)))]);
        var body = await app.SampleAsync("opportunities");
        (body["description"], body["lostNotes"], body["tags"]) = (longest, longest, tags);

        (await app.PostAsync("opportunities", body)).Expect(413, "too-large");
    }

    [Theory]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("2\r\n{}garbage")]
    public async Task Write_WithBrokenChunks_IsNoFaultOfOurs(string chunks)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(app.Client.BaseAddress!.Host, app.Client.BaseAddress.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/v1/accounts HTTP/1.1\r\nHost: x\r\nAuthorization: {app.Client.DefaultRequestHeaders.Authorization}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"));
        using var reader = new StreamReader(stream);

        Assert.StartsWith("HTTP/1.1 400", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Method, string Path)> Writes(string collection) =>
        [("POST", $"/api/v1/{collection}"), ("PUT", $"/api/v1/{collection}/none"), ("PATCH", $"/api/v1/{collection}/none")];
}
