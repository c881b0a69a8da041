using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Crm.Platform.Blobs;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Files;

/// <summary>An app with files: Azurite, installed if it must be, and at most a megabyte each. Its clock can be moved.</summary>
public sealed class FilesApp : CrmApp
{
    public const int MaxMegabytes = 1;

    /// <summary>Installing Azurite from npm, on a slow line.</summary>
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(4);

    private readonly Lazy<Task> _ready;

    public FilesApp() => _ready = new(WaitAsync);

    protected override IEnumerable<string> Settings => [.. base.Settings, $"--Storage={Storage.Local}", $"--Files:MaxMegabytes={MaxMegabytes}"];

    internal MovableClock Clock { get; } = new();

    /// <summary>The blobs as they lie in the account, through the SDK.</summary>
    public BlobContainerClient Blobs => Services.GetRequiredService<BlobServiceClient>().GetBlobContainerClient(BlobStore.Container);

    /// <summary>An attachment on a record of its own.</summary>
    public async Task<JsonObject> AttachmentAsync(string contentType = "application/octet-stream", string fileName = "file.bin")
    {
        await _ready.Value;
        return await CreateAsync("attachments", ("contentType", contentType), ("fileName", fileName));
    }

    /// <summary>An attachment with content.</summary>
    public async Task<JsonObject> AttachmentAsync(byte[] content) =>
        (await this.SendBytesAsync("PUT", $"{(await AttachmentAsync()).Path()}/content", content, "application/octet-stream", ("If-Match", "*"))).Expect(200).Json;

    public async Task<IReadOnlyList<string>> BlobsOfAsync(JsonNode attachment)
    {
        var names = new List<string>();
        await foreach (var blob in Blobs.GetBlobsAsync(new() { Prefix = $"default/attachments/{attachment.Id()}/" }))
            names.Add(blob.Name);
        return names;
    }

    public static byte[] RandomBytes(int length) => RandomNumberGenerator.GetBytes(length);

    protected override void Configure(FunctionsApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(Clock);

    private async Task WaitAsync()
    {
        using var deadline = new CancellationTokenSource(StartDeadline);
        var blobs = Services.GetRequiredService<BlobStore>();
        for (string state; (state = await blobs.ProbeAsync(deadline.Token)) != "ok";)
        {
            // What only the person at this machine can mend will not mend itself.
            Assert.False(state.Contains("npm", StringComparison.Ordinal), state);
            await Task.Delay(100, deadline.Token);
        }
    }
}
