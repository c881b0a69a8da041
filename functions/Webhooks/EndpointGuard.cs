using System.Net;
using System.Net.Sockets;
using Crm.Platform.Http;
using Microsoft.Extensions.Options;

namespace Crm.Webhooks;

/// <summary>The addresses of a host.</summary>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellation);

/// <summary>The target of a webhook is not one to connect to.</summary>
public sealed class RefusedEndpointException(string message) : IOException(message);

/// <summary>
/// Opens the connections of webhooks. A host is resolved here, its addresses are checked, and the connection goes to a checked address: no second look-up
/// could give another. One address that is not public refuses them all.
/// </summary>
public sealed class EndpointGuard(ResolveHost resolve, IOptions<WebhookSettings> settings)
{
    /// <exception cref="RefusedEndpointException">The host has an address that is not public.</exception>
    /// <exception cref="SocketException">The host is not known, or does not answer.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellation);
        var secure = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        if (addresses.FirstOrDefault(address => !Allows(address, secure)) is { } refused)
            throw new RefusedEndpointException(PublicAddresses.IsPublic(refused) ? "The address is not https." : "The host is not one of the public internet.");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool Allows(IPAddress address, bool secure) =>
        PublicAddresses.IsLoopback(address) ? settings.Value.AllowLoopback : secure && PublicAddresses.IsPublic(address);
}
