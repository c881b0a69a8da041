using System.Text.Json;
using Crm.Local.Functions.Startup;

namespace Crm.Local.Functions.Settings;

/// <summary>
/// <c>local.settings.json</c>, or the sample beside it while nobody has made one. Its values are environment variables to the app, so <c>__</c> is a section.
/// <c>&lt;generated&gt;</c> stands for a secret that is made, <c>&lt;data&gt;/</c> at the start for the data folder.
/// </summary>
internal static class LocalSettings
{
    private const string Generated = "<generated>";
    private const string InData = "<data>/";

    public static Dictionary<string, string?> Read(string folder, string dataFolder, Func<string, string> generate)
    {
        var path = Path.Combine(folder, "local.settings.json");
        if (!File.Exists(path)) path = Path.Combine(folder, "local.settings.sample.json");
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (!File.Exists(path)) return values;
        try
        {
            using var stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.TryGetProperty("Host", out var host))
            {
                foreach (var setting in host.EnumerateObject())
                    values[$"Host:{setting.Name}"] = setting.Value.ToString();
            }

            if (!document.RootElement.TryGetProperty("Values", out var declared)) return values;
            foreach (var setting in declared.EnumerateObject())
            {
                var value = setting.Value.ToString();
                values[setting.Name.Replace("__", ":", StringComparison.Ordinal)] =
                    value == Generated ? generate(setting.Name)
                    : value.StartsWith(InData, StringComparison.Ordinal) ? Path.Combine(dataFolder, value[InData.Length..])
                    : value;
            }

            return values;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new StartException($"{path} is not a valid settings file: {e.Message}", e);
        }
    }
}
