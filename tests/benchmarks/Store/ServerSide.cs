using System.Net.Http.Headers;

namespace Crm.Benchmarks.Store;

/// <summary>A request of the SDK, caught on its way and sent to the store again and again: what the store takes, without the SDK.</summary>
internal sealed class ServerSide : DelegatingHandler
{
    private readonly HttpMessageInvoker _store;
    private HttpRequestMessage _request = new();
    private byte[]? _body;
    private MediaTypeHeaderValue? _type;

    public ServerSide(HttpMessageHandler store) : base(store) => _store = new HttpMessageInvoker(store, disposeHandler: false);

    public async Task<double?> RepeatAsync()
    {
        using var response = await _store.SendAsync(_body is null ? _request : WithBody(_body), CancellationToken.None);
        return response.IsSuccessStatusCode ? null : throw new InvalidOperationException($"{response.StatusCode}");
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _body = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        _type = request.Content?.Headers.ContentType;
        _request = request;
        return await base.SendAsync(request, cancellationToken);
    }

    /// <summary>A body can be read once, and the SDK has done away with it.</summary>
    private HttpRequestMessage WithBody(byte[] body)
    {
        var request = new HttpRequestMessage(_request.Method, _request.RequestUri) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = _type;
        foreach (var (name, values) in _request.Headers.NonValidated) request.Headers.TryAddWithoutValidation(name, values);
        return request;
    }
}
