using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Program;

/// <summary>Azurite as a child of the program: it comes with it, and never outlives it.</summary>
[Collection(Sequential.Name)]
public sealed class FilesTests : ProgramTests
{
    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(20);
    private static readonly (string, string) WithFiles = ("Storage", Storage.Local);

    [NodeFact]
    public async Task Kill_EndsAzuriteToo_AndLosesNoFile()
    {
        string path;
        await using (var crm = await CrmProcess.StartAsync(Data, WithFiles))
        {
            path = await UploadAsync(crm, "of the first run");

            await crm.KillAsync();

            await NobodyListensAsync(crm.Files);
        }

        await using var again = await CrmProcess.StartAsync(Data, WithFiles);
        await ReadyAsync(again);
        Assert.Equal("of the first run", await again.Client.GetStringAsync(path));
    }

    [NodeFact]
    public async Task Terminate_EndsAzuriteFirst()
    {
        await using var crm = await CrmProcess.StartAsync(Data, WithFiles);
        await ReadyAsync(crm);

        crm.Terminate();

        Assert.Equal(0, await crm.ExitAsync(EndDeadline));
        await NobodyListensAsync(crm.Files);
        Assert.Empty(crm.Errors);
    }

    [Fact]
    public async Task Start_WithoutNode_ServesEverythingElse()
    {
        // Where dotnet itself is, and nothing else.
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        await using var crm = await CrmProcess.StartAsync(Data, WithFiles, ("PATH", dotnet));

        using var created = await crm.Client.PostAsJsonAsync("/api/v1/accounts", new { name = "Acme" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        using var refused = await PutAsync(crm, (string)(await AttachmentAsync(crm))["id"]!, "");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("Node.js was not found", await StateAsync(crm), StringComparison.Ordinal);
        Assert.Contains("No files: Node.js was not found", crm.Output, StringComparison.Ordinal);
    }

    private static async Task<string> UploadAsync(CrmProcess crm, string content)
    {
        await ReadyAsync(crm);
        var id = (string)(await AttachmentAsync(crm))["id"]!;
        using var uploaded = await PutAsync(crm, id, content);
        Assert.Equal(HttpStatusCode.OK, uploaded.StatusCode);
        return $"/api/v1/attachments/{id}/content";
    }

    private static async Task<JsonObject> AttachmentAsync(CrmProcess crm)
    {
        using var account = await crm.Client.PostAsJsonAsync("/api/v1/accounts", new { name = "Acme" });
        var id = (string?)(await account.Content.ReadFromJsonAsync<JsonObject>())!["id"];
        using var created = await crm.Client.PostAsJsonAsync("/api/v1/attachments", new { fileName = "a.txt", contentType = "text/plain", regarding = new { type = "accounts", id } });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return (await created.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static async Task<HttpResponseMessage> PutAsync(CrmProcess crm, string id, string content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/attachments/{id}/content") { Content = new StringContent(content, new MediaTypeHeaderValue("text/plain")) };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        return await crm.Client.SendAsync(request);
    }

    /// <summary>Everything is well all the while.</summary>
    private static async Task<string> StateAsync(CrmProcess crm)
    {
        using var health = await crm.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        return (string)(await health.Content.ReadFromJsonAsync<JsonObject>())!["parts"]!["files"]!;
    }

    private static async Task ReadyAsync(CrmProcess crm)
    {
        using var deadline = new CancellationTokenSource(InstallDeadline);
        for (string state; (state = await StateAsync(crm)) != "ok";)
        {
            Assert.StartsWith("File storage is ", state, StringComparison.Ordinal);
            await Task.Delay(100, deadline.Token);
        }
    }

    private static async Task NobodyListensAsync(Uri address)
    {
        using var deadline = new CancellationTokenSource(EndDeadline);
        while (true)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(address.Host, address.Port, deadline.Token);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }
}
