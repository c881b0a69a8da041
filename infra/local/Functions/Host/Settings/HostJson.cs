using System.Globalization;
using System.Text.Json;
using Crm.Local.Functions.ServiceBus;
using Crm.Local.Functions.Startup;
using Microsoft.Extensions.Logging;

namespace Crm.Local.Functions.Settings;

/// <summary>The part of <c>host.json</c> that this host acts on; other keys are for the real one and are ignored.</summary>
internal sealed record HostJson(string RoutePrefix, TimeSpan? FunctionTimeout, IReadOnlyDictionary<string, LogLevel> LogLevels, ServiceBusHostOptions ServiceBus)
{
    // Flex Consumption's default; -1 means none.
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    public static HostJson Default { get; } = new("api", DefaultTimeout, new Dictionary<string, LogLevel>(), new ServiceBusHostOptions());

    public static HostJson Read(string folder)
    {
        var path = Path.Combine(folder, "host.json");
        if (!File.Exists(path)) return Default;
        try
        {
            using var stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new StartException($"{path} is not a valid host.json: {e.Message}", e);
        }
    }

    private static HostJson Read(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object || Find(root, "version")?.ToString() != "2.0") throw new FormatException("it must be an object with \"version\": \"2.0\".");
        var prefix = Find(root, "extensions", "http", "routePrefix") is { } value ? Text(value, "extensions.http.routePrefix") : "api";
        return new HostJson(prefix.Trim('/'), Timeout(root), Levels(root), ServiceBusHostOptions.Read(Find(root, "extensions", "serviceBus")));
    }

    private static TimeSpan? Timeout(JsonElement root)
    {
        if (Find(root, "functionTimeout") is not { } value) return DefaultTimeout;
        var text = Text(value, "functionTimeout");
        if (text == "-1") return null;
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero
            ? timeout
            : throw new FormatException($"functionTimeout is \"{text}\"; a time such as \"00:05:00\" or \"-1\" is expected.");
    }

    private static Dictionary<string, LogLevel> Levels(JsonElement root)
    {
        var levels = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);
        if (Find(root, "logging", "logLevel") is not { ValueKind: JsonValueKind.Object } declared) return levels;
        foreach (var category in declared.EnumerateObject())
        {
            var text = Text(category.Value, $"logging.logLevel.{category.Name}");
            levels[category.Name] = Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level)
                ? level
                : throw new FormatException($"logging.logLevel.{category.Name} is \"{text}\", which is not a log level.");
        }

        return levels;
    }

    private static JsonElement? Find(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        }

        return element;
    }

    private static string Text(JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.String ? value.GetString()! : throw new FormatException($"{name} must be text.");
}
