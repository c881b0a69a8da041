using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Crm.Local.Functions.Blobs;

/// <summary>
/// Azurite behind the <c>Storage</c> connection string when that is <c>UseDevelopmentStorage=true</c>. Any other account is left alone. The app knows
/// nothing of it: it builds its client from whatever configures <see cref="BlobClientOptions"/>.
/// </summary>
internal sealed class LocalBlobs : IConfigureOptions<BlobClientOptions>, IAsyncDisposable
{
    private Azurite? _azurite;

    /// <summary>From here on, a client that the app makes goes to Azurite, started or not.</summary>
    public void Open(IConfiguration configuration, string dataFolder)
    {
        if (IsDevelopmentStorage(configuration["Storage"])) _azurite = new Azurite(Path.Combine(dataFolder, "blobs"));
    }

    /// <summary>Returns at once: the app serves everything else while Azurite is being installed and started.</summary>
    public void Start() => _azurite?.Start();

    public void Configure(BlobClientOptions options)
    {
        if (_azurite is { } azurite) options.Transport = new AzuriteTransport(azurite, HttpClientTransport.Shared);
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null) await _azurite.DisposeAsync();
        _azurite = null;
    }

    private static bool IsDevelopmentStorage(string? connection) =>
        string.Equals(connection?.Trim().TrimEnd(';'), "UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase);
}
