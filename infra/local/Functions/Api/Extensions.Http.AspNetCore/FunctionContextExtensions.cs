using Crm.Local.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

public static class FunctionContextExtensions
{
    /// <summary>Null when the trigger is not HTTP, and before <c>ConfigureFunctionsWebApplication</c>'s place in the pipeline.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Items.TryGetValue(HttpProxyingMiddleware.HttpContextKey, out var value) ? value as HttpContext : null;
    }
}
