using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Crm.Local.Functions.Http;

internal sealed class RequestDataFeature : IHttpRequestDataFeature
{
    public static RequestDataFeature Instance { get; } = new();

    public ValueTask<HttpRequestData?> GetHttpRequestDataAsync(FunctionContext context) =>
        new(context.GetHttpContext() is { } http ? new RequestData(http.Request, context) : null);
}
