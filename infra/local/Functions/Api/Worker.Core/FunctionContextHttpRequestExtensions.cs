using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker;

public static class FunctionContextHttpRequestExtensions
{
    /// <summary>Null when the trigger is not HTTP, and before <c>ConfigureFunctionsWebApplication</c>'s place in the pipeline.</summary>
    public static ValueTask<HttpRequestData?> GetHttpRequestDataAsync(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<IHttpRequestDataFeature>()?.GetHttpRequestDataAsync(context) ?? default;
    }

    /// <summary>The response the function returned, if it is one of this kind.</summary>
    public static HttpResponseData? GetHttpResponseData(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetInvocationResult().Value as HttpResponseData;
    }
}
