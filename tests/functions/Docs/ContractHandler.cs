namespace Crm.Tests.Docs;

/// <summary>Holds every exchange of every test to the API's description.</summary>
internal sealed class ContractHandler() : DelegatingHandler(new SocketsHttpHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // What was sent can be read once the request is gone only if it is kept.
        if (request.Content is not null)
            await request.Content.LoadIntoBufferAsync(cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true)
            await response.Content.LoadIntoBufferAsync(cancellationToken);

        var differences = await ApiContract.Shared.DifferencesAsync(request, response);
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        return response;
    }
}
