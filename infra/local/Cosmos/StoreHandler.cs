using System.Net;
using System.Net.Http.Headers;
using Crm.Local.Cosmos.Wire;

namespace Crm.Local.Cosmos;

/// <summary>The in-process transport: requests of a Cosmos client answered without a socket.</summary>
internal sealed class StoreHandler(RequestProcessor processor, Uri endpoint) : HttpMessageHandler
{
    /// <summary>Where the SDK asks once whether it runs on an Azure machine. It does not.</summary>
    private const string MetadataHost = "169.254.169.254";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.Host == MetadataHost)
            return new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request };
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var answer = await processor.ProcessAsync(new Request(request, endpoint, body));
        var response = new HttpResponseMessage((HttpStatusCode)answer.Status)
        {
            RequestMessage = request,
            Content = new ReadOnlyMemoryContent(answer.Body),
        };
        if (!answer.Body.IsEmpty)
            response.Content.Headers.ContentType = new MediaTypeHeaderValue(answer.ContentType);
        foreach (var (name, value) in answer.Headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }

    private sealed class Request(HttpRequestMessage message, Uri endpoint, byte[] body)
        : WireRequest(message.Method.Method, message.RequestUri!.AbsolutePath, endpoint, body)
    {
        public override string? Header(string name) =>
            message.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
    }
}
