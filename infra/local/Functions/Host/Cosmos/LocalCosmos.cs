using System.Data.Common;
using Crm.Local.Cosmos;
using Crm.Local.Functions.Startup;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Crm.Local.Functions.Cosmos;

/// <summary>
/// The store behind the <c>Cosmos</c> connection string when that names this machine over plain HTTP. Any other account (Azure, the official
/// emulator, which is HTTPS) is left alone. The app knows nothing of it: it builds its client from <c>IOptions&lt;CosmosClientOptions&gt;</c>.
/// </summary>
internal sealed class LocalCosmos : IConfigureOptions<CosmosClientOptions>, IAsyncDisposable
{
    private const int DefaultPort = 8081;
    private string? _connection;
    private CosmosStore? _store;
    private CosmosServer? _server;

    public string? Address => _server is null ? null : $"http://127.0.0.1:{_server.Port}";

    public async Task OpenAsync(IConfiguration configuration, string dataFolder, CancellationToken cancellation)
    {
        if (Account(configuration["Cosmos"]) is not { } account) return;

        // Else the SDK asks a cloud's metadata service about its machine, and waits for the answer.
        Environment.SetEnvironmentVariable("COSMOS_DISABLE_IMDS_ACCESS", "true");
        _connection = configuration["Cosmos"];
        _store = Open(Path.Combine(dataFolder, "cosmos"), account.Key, account.Endpoint);
        var port = Port(configuration["CRM_COSMOS_PORT"]);
        try
        {
            _server = await CosmosServer.StartAsync(_store, port, cancellation);
        }
        catch (IOException e)
        {
            throw new StartException($"Port {port}, on which other tools reach the store, is in use. Stop what listens there, or choose another with CRM_COSMOS_PORT (0: any free one).", e);
        }
    }

    /// <summary>Whether a connection string names this store.</summary>
    public bool Is(string? connection) => _store is not null && connection is not null && connection == _connection;

    public void Configure(CosmosClientOptions options)
    {
        if (_store is not { } store) return;
        options.ConnectionMode = ConnectionMode.Gateway;
        options.LimitToEndpoint = true;
        options.HttpClientFactory = () => new HttpClient(store.Handler, disposeHandler: false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
        _server = null;
        _store = null;
    }

    private static (Uri Endpoint, string Key)? Account(string? connection)
    {
        if (string.IsNullOrEmpty(connection)) return null;
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connection };
            return parts.TryGetValue("AccountEndpoint", out var address) && Uri.TryCreate((string)address, UriKind.Absolute, out var endpoint)
                && parts.TryGetValue("AccountKey", out var key)
                ? endpoint is { IsLoopback: true, Scheme: "http" } ? (endpoint, (string)key) : null
                : throw new StartException("The setting Cosmos is not a connection string: \"AccountEndpoint=http://127.0.0.1:8081/;AccountKey=<base64>\" is expected.");
        }
        catch (ArgumentException e)
        {
            throw new StartException($"The setting Cosmos is not a connection string: {e.Message}", e);
        }
    }

    private static CosmosStore Open(string folder, string key, Uri endpoint)
    {
        try
        {
            return CosmosStore.Open(folder, key, endpoint);
        }
        catch (FormatException e)
        {
            throw new StartException($"The AccountKey of the setting Cosmos is not valid: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new StartException($"The store in {folder} cannot be opened: {e.Message}", e);
        }
    }

    private static int Port(string? setting)
    {
        if (string.IsNullOrEmpty(setting)) return DefaultPort;
        return ushort.TryParse(setting, out var port) ? port : throw new StartException($"CRM_COSMOS_PORT is \"{setting}\"; a port number is expected.");
    }
}
