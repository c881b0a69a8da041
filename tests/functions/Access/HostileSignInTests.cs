using System.Text;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Access;

/// <summary>Bodies that are sent to break something, on the routes that take one beside the generic ones.</summary>
[Collection(SharedApp.Name)]
public sealed class HostileSignInTests(CrmApp app)
{
    private static readonly (string Method, string Path)[] Routes =
    [
        ("POST", "/auth/token"), ("POST", "/auth/revoke"), ("POST", "/auth/password"), ("POST", "/auth/password/reset"), ("POST", "/auth/password/set"), ("POST", "/auth/tenants"),
        ("PATCH", "/auth/tenants/nowhere"), ("POST", "/api/v1/leads/none/convert"), ("POST", "/api/v1/api-keys"), ("POST", "/api/v1/roles"),
    ];

    public static TheoryData<string> Bodies =>
    [
        "", "null", "5", "\"text\"", "[]", "{", "{} {}", """{"username":NaN}""", """{"username":1e400}""", $$"""{"username":1{{new string('0', 400)}}}""",
        """{"grant_type":"password","grant_type":"password"}""", """{"username":"\ud800"}""", """{"\udc00":"x"}""", """{"grant_type":"password","username":["a"],"password":{"b":1}}""",
        new string('[', 50_000), string.Concat(Enumerable.Repeat("""{"a":""", 20_000)), $$"""{"username":"{{new string('x', 900_000)}}"}""", $$"""{"{{new string('n', 500_000)}}":1}""",
        """{"grant_type":"password","username":"\u0000","password":"\u0000","tenant":"\u0000/../#?"}""", """{"token":"a.b.c.d","newPassword":"0123456789"}""", """{"token":"-.-.-","newPassword":"0123456789"}""",
    ];

    [Theory, MemberData(nameof(Bodies))]
    public async Task Body_OfAnyKind_IsAProblemAndNoFault(string body)
    {
        foreach (var (method, path) in Routes)
        {
            var answer = await SendAsync(method, path, Encoding.UTF8.GetBytes(body), path == "/auth/tenants" || method == "PATCH" ? CrmApp.PlatformKey : null);
            Assert.True((int)answer.Status is (>= 400 and < 500) or 200 or 202, $"{method} {path}: {(int)answer.Status} {answer.Text}");
            if ((int)answer.Status >= 400)
                answer.ExpectRefusal();
        }
    }

    [Fact]
    public async Task Body_ThatIsNoUtf8_IsAProblem()
    {
        byte[] invalid = [.. "{\"username\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}"u8];
        foreach (var (method, path) in Routes)
            (await SendAsync(method, path, invalid, path == "/auth/tenants" || method == "PATCH" ? CrmApp.PlatformKey : null)).ExpectRefusal();
    }

    [Theory]
    [InlineData("username=%FF%FE&password=%00&grant_type=password")]
    [InlineData("=&=&=")]
    [InlineData("grant_type=password&grant_type=password&username=a&password=b")]
    [InlineData("%%%%")]
    public async Task Form_OfAnyKind_IsAProblem(string body) =>
        (await app.SendBytesAsync("POST", "/auth/token", Encoding.ASCII.GetBytes(body), "application/x-www-form-urlencoded")).ExpectRefusal();

    private async Task<Answer> SendAsync(string method, string path, byte[] body, string? token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(method == "PATCH" ? "application/merge-patch+json" : "application/json");
        using var client = token is null ? null : app.NewClient().Use(token);
        using var response = await (client ?? app.Client).SendAsync(request);
        return await Answer.ReadAsync(response);
    }
}
