using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Crm.Local.Functions.Blobs;

/// <summary>
/// Leads what is meant for development storage to the port that Azurite was given, and answers 503 as long as there is none. A request is signed
/// over its path and headers, so another port does not spoil the signature.
/// </summary>
internal sealed class AzuriteTransport(Azurite azurite, HttpPipelineTransport inner) : HttpPipelineTransport
{
    public override Request CreateRequest() => inner.CreateRequest();

    public override void Process(HttpMessage message)
    {
        message.Request.Uri.Port = Port();
        inner.Process(message);
    }

    public override ValueTask ProcessAsync(HttpMessage message)
    {
        message.Request.Uri.Port = Port();
        return inner.ProcessAsync(message);
    }

    private int Port() => azurite.Port ?? throw new RequestFailedException(503, azurite.Reason);
}
