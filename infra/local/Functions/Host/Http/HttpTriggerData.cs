using System.Diagnostics;
using System.Text.Json;
using Crm.Local.Functions.Binding;
using Crm.Local.Functions.Catalog;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Newtonsoft.Json.Linq;

namespace Crm.Local.Functions.Http;

/// <summary>
/// Top-level properties of a JSON body, then the query, then route values; later ones win. The query's <c>code</c> is the host's own
/// (a function key) and is left out; <c>Query</c> and <c>Headers</c> are there whole, as JSON.
/// </summary>
internal sealed class HttpTriggerData(HttpContext http, FunctionRoute route, RouteValueDictionary values) : TriggerData
{
    private Dictionary<string, string>? _body;
    private IReadOnlyDictionary<string, object?>? _all;
    private TraceContext? _trace;

    public HttpContext Http => http;

    public override CancellationToken Cancellation => http.RequestAborted;

    public override RetryContext Retry => NoRetry.Instance;

    public override TraceContext Trace => _trace ??= new HttpTrace(http.Request.Headers);

    public override IReadOnlyDictionary<string, object?> All => _all ??= Collect();

    /// <summary>The body is read ahead, and left to be read again, only when a parameter may have to come from it.</summary>
    public async ValueTask LoadAsync()
    {
        if (!(http.Request.ContentLength > 0) || !NeedsBody(route.Function)) return;
        http.Request.EnableBuffering();
        _body = await ReadBodyAsync(http.RequestAborted);
    }

    public override bool TryGet(string name, out object? value)
    {
        if (values.TryGetValue(name, out value)) return true;
        if (!IsKey(name) && http.Request.Query.TryGetValue(name, out var query)) value = query.ToString();
        else if (_body is not null && _body.TryGetValue(name, out var property)) value = property;
        else if (name.Equals("Query", StringComparison.OrdinalIgnoreCase)) value = JsonSerializer.Serialize(http.Request.Query.ToDictionary(item => item.Key, item => item.Value.ToString()));
        else if (name.Equals("Headers", StringComparison.OrdinalIgnoreCase)) value = JsonSerializer.Serialize(http.Request.Headers.ToDictionary(item => item.Key, item => item.Value.ToString()));
        return value is not null;
    }

    private static bool IsKey(string name) => name.Equals("code", StringComparison.OrdinalIgnoreCase);

    private bool NeedsBody(LocalFunction function)
    {
        foreach (var binding in function.Bindings)
        {
            var name = binding.Parameter.Name;
            if (binding.IsByName && !values.ContainsKey(name) && (IsKey(name) || !http.Request.Query.ContainsKey(name))) return true;
        }

        return false;
    }

    // Newtonsoft, because the real host's text for numbers, booleans (True) and dates is what that library makes of them.
    private async Task<Dictionary<string, string>> ReadBodyAsync(CancellationToken cancellation)
    {
        var properties = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8, leaveOpen: true);
        var text = await reader.ReadToEndAsync(cancellation);
        http.Request.Body.Position = 0;
        if (!text.AsSpan().TrimStart().StartsWith("{")) return properties;
        try
        {
            foreach (var property in JObject.Parse(text).Properties())
            {
                if (property.Value is JObject nested) properties[property.Name] = nested.ToString(Newtonsoft.Json.Formatting.None);
                else if (property.Value is JValue && (string?)property.Value is { } value) properties[property.Name] = value;
            }
        }
        catch (Newtonsoft.Json.JsonException)
        {
            properties.Clear();
        }

        return properties;
    }

    private Dictionary<string, object?> Collect()
    {
        var all = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        IEnumerable<string> names = [.. _body?.Keys ?? Enumerable.Empty<string>(), .. http.Request.Query.Keys, .. values.Keys, "Query", "Headers"];
        foreach (var name in names)
        {
            if (TryGet(name, out var value)) all[name] = value;
        }

        return all;
    }

    private sealed class NoRetry : RetryContext
    {
        public static NoRetry Instance { get; } = new();

        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }

    private sealed class HttpTrace(IHeaderDictionary headers) : TraceContext
    {
        public override string TraceParent { get; } = headers.TraceParent is [{ Length: > 0 } parent]
            ? parent
            : $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";

        public override string TraceState { get; } = headers.TraceState.ToString();
    }
}
