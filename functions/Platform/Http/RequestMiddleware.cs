using System.Diagnostics;
using System.Globalization;
using Crm.Platform.Blobs;
using Crm.Platform.Cosmos;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Platform.Http;

/// <summary>Outermost around every HTTP function: request id, common headers, and problems in place of exceptions.</summary>
internal sealed partial class RequestMiddleware(ILogger<RequestMiddleware> logger) : IFunctionsWorkerMiddleware
{
    public const string Version = "2026-01-01";

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        var call = context.InstanceServices.GetRequiredService<CallContext>();
        call.Source = "api";
        call.RequestId = RequestId(http.Request);
        AddHeaders(http, call, context.InstanceServices.GetRequiredService<RequestCharge>());
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
        catch (CosmosException busy) when ((int)busy.StatusCode is 408 or 429 or 449 or 503)
        {
            Log.Busy(logger, call.RequestId, (int)busy.StatusCode);
            context.GetInvocationResult().Value = Problems.From(new Busy("The database is busy. Try again.", busy.RetryAfter ?? TimeSpan.FromSeconds(1)));
        }
        catch (Exception unavailable) when (BlobStore.IsUnavailable(unavailable))
        {
            Log.NoFiles(logger, call.RequestId, unavailable.Message);
            context.GetInvocationResult().Value = Problems.From(new Busy("The file storage does not answer; /health says why. Try again.", TimeSpan.FromSeconds(5)));
        }
        catch (Exception unexpected)
        {
            Log.Unexpected(logger, unexpected, call.RequestId, context.FunctionDefinition.Name);
            context.GetInvocationResult().Value = Problems.Unexpected();
        }
    }

    private static void AddHeaders(HttpContext http, CallContext call, RequestCharge charge)
    {
        var headers = http.Response.Headers;
        headers[HeaderNames.ApiVersion] = Version;
        headers[HeaderNames.RequestId] = call.RequestId;
        AddSecurityHeaders(http, headers);
        if (http.Request.Headers.TraceParent is [{ } parent] && ActivityContext.TryParse(parent, null, out _))
            headers.TraceParent = parent;

        http.Response.OnStarting(() =>
        {
            headers[HeaderNames.RequestCost] = charge.Total.ToString("0.##", CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
    }

    /// <summary>Answers are data for whoever asked: no page, in no frame, and kept by no cache between.</summary>
    private static void AddSecurityHeaders(HttpContext http, IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.Append("Vary", "Authorization");
        headers.CacheControl = http.Request.Path.StartsWithSegments("/auth", StringComparison.OrdinalIgnoreCase) ? "no-store" : "private, no-cache";
        if (http.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000";
    }

    /// <summary>The client's, if it is short and plain enough to be written into headers and logs.</summary>
    private static string RequestId(HttpRequest request)
    {
        var sent = request.Headers[HeaderNames.RequestId].ToString();
        return sent.Length is > 0 and <= 100 && sent.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? sent
            : Guid.CreateVersion7().ToString();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId}: the database answered {Status}")]
        public static partial void Busy(ILogger logger, string requestId, int status);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId}: the file storage does not answer: {Reason}")]
        public static partial void NoFiles(ILogger logger, string requestId, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed in {Function}")]
        public static partial void Unexpected(ILogger logger, Exception exception, string requestId, string function);
    }
}
