using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Options;

namespace Crm.Platform.Blobs;

/// <summary>
/// The blobs of the app. On Azure the templates make its container; where a connection string is in use (one machine, emulators) the first write does.
/// </summary>
public sealed class BlobStore(BlobServiceClient client, IOptions<StorageSettings> settings)
{
    /// <summary>As <c>infra/modules/storage.bicep</c> names it.</summary>
    public const string Container = "files";

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>What one upload holds in memory, and sends at once.</summary>
    private static readonly StorageTransferOptions Transfer = new() { InitialTransferSize = 4 << 20, MaximumTransferSize = 4 << 20, MaximumConcurrency = 1 };

    private readonly BlobContainerClient _container = client.GetBlobContainerClient(Container);
    private volatile bool _made = settings.Value.ConnectionString is null;

    /// <summary>Whether the storage did not answer, or refused for a moment: trying again is right.</summary>
    public static bool IsUnavailable(Exception failure) => failure switch
    {
        RequestFailedException refused => refused.Status is 0 or 408 or 429 or >= 500,
        AggregateException attempts => attempts.InnerExceptions.All(IsUnavailable),
        _ => false,
    };

    /// <summary>Writes a blob of a name that nobody else uses. What is not read to its end leaves no blob.</summary>
    public async Task WriteAsync(string name, Stream content, CancellationToken cancellation)
    {
        if (!_made)
        {
            await _container.CreateIfNotExistsAsync(cancellationToken: cancellation);
            _made = true;
        }

        await _container.GetBlobClient(name).UploadAsync(content, new BlobUploadOptions { TransferOptions = Transfer }, cancellation);
    }

    /// <summary>The content of a blob, as it comes; null where there is none.</summary>
    public async Task<Stream?> ReadAsync(string name, CancellationToken cancellation)
    {
        try
        {
            var blob = await _container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: cancellation);
            return blob.Value.Content;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Deletes a blob, if there is one.</summary>
    public Task DeleteAsync(string name, CancellationToken cancellation) => _container.GetBlobClient(name).DeleteIfExistsAsync(cancellationToken: cancellation);

    /// <summary>The names of all blobs that begin so.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation)
    {
        var names = new List<string>();
        try
        {
            await foreach (var blob in _container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, cancellation))
                names.Add(blob.Name);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing was ever written.
        }

        return names;
    }

    /// <summary>Whether the storage answers: <c>ok</c>, or what is wrong in one line.</summary>
    public async Task<string> ProbeAsync(CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(ProbeTimeout);
        try
        {
            await _container.ExistsAsync(timeout.Token);
            return "ok";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "does not answer in time";
        }
        catch (RequestFailedException refused) when (refused.Status != 0)
        {
            return refused.Message.Split('\n')[0].Trim();
        }
        catch (Exception unreachable) when (IsUnavailable(unreachable))
        {
            return "unreachable";
        }
    }
}
