using Crm.Local.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Http;

namespace Crm.Local.Functions.Binding;

/// <summary>By type, so any parameter may ask for the request. A parameter of type <c>HttpContext</c> is left null, as in the real worker: use <c>FunctionContext.GetHttpContext()</c>.</summary>
internal sealed class HttpContextConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        var isRequest = context.TargetType == typeof(HttpRequest);
        if (!isRequest && context.TargetType != typeof(HttpRequestData)) return new(ConversionResult.Unhandled());
        return new(context.FunctionContext.GetHttpContext() switch
        {
            null => ConversionResult.Unhandled(),
            var http when isRequest => ConversionResult.Success(http.Request),
            var http => ConversionResult.Success(new RequestData(http.Request, context.FunctionContext)),
        });
    }
}
