using Azure.Messaging.ServiceBus;
using Crm.Local.Functions.Startup;
using Crm.Local.ServiceBus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Crm.Local.Functions.ServiceBus;

/// <summary>
/// The queues behind the <c>ServiceBus</c> connection string, as <c>servicebus.json</c> beside the app declares them. The app knows nothing of
/// it: it builds its client from <c>IOptions&lt;ServiceBusClientOptions&gt;</c>, which lead to this host's own broker though several hosts of one
/// process have the same connection string. A client without options finds the first of them.
/// </summary>
internal sealed class LocalServiceBus : IConfigureOptions<ServiceBusClientOptions>, IAsyncDisposable
{
    private const string Declaration = "servicebus.json";
    private readonly Uri _address = new($"sb://{Guid.NewGuid():N}.servicebus.localhost");
    private string? _connection;
    private Uri? _endpoint;

    public Broker? Broker { get; private set; }

    public void Open(IConfiguration configuration, string appFolder, string dataFolder, TimeProvider time)
    {
        if (configuration["ServiceBus"] is not { Length: > 0 } connection) return;
        var namespaceKey = Parse(connection);
        Broker = Open(Path.Combine(dataFolder, "servicebus"), Path.Combine(appFolder, Declaration), (namespaceKey.SharedAccessKeyName, namespaceKey.SharedAccessKey), time);
        _connection = connection;
        _endpoint = namespaceKey.Endpoint;
        NamespaceConnection.TryOffer(_address, Broker);
        NamespaceConnection.TryOffer(_endpoint, Broker);
    }

    /// <summary>Whether a connection string names these queues.</summary>
    public bool Is(string? connection) => Broker is not null && connection == _connection;

    public void Configure(ServiceBusClientOptions options)
    {
        if (Broker is not null) options.CustomEndpointAddress = _address;
    }

    public async ValueTask DisposeAsync()
    {
        if (Broker is not { } broker) return;
        NamespaceConnection.Withdraw(_address, broker);
        NamespaceConnection.Withdraw(_endpoint!, broker);
        await broker.DisposeAsync();
        Broker = null;
    }

    private static ServiceBusConnectionStringProperties Parse(string connection)
    {
        const string Expected = "\"Endpoint=sb://localhost;SharedAccessKeyName=<name>;SharedAccessKey=<key>\" is expected.";
        try
        {
            var parts = ServiceBusConnectionStringProperties.Parse(connection);
            if (parts.Endpoint is null || parts.SharedAccessKeyName is null || parts.SharedAccessKey is null)
                throw new StartException($"The setting ServiceBus is not a connection string: {Expected}");
            return parts.Endpoint.IsLoopback
                ? parts
                : throw new StartException($"The setting ServiceBus names {parts.Endpoint.Host}. The local host has queues of its own and reaches no others: {Expected}");
        }
        catch (FormatException e)
        {
            throw new StartException($"The setting ServiceBus is not a connection string: {e.Message} {Expected}", e);
        }
    }

    private static Broker Open(string folder, string declaration, (string Name, string Key) policy, TimeProvider time)
    {
        try
        {
            return Broker.Open(folder, QueueDeclaration.Read(declaration), policy, time);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new StartException($"The queues in {folder} cannot be opened: {e.Message}", e);
        }
    }
}
