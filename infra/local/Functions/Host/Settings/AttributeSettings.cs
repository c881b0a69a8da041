using Microsoft.Extensions.Configuration;

namespace Crm.Local.Functions.Settings;

/// <summary>Settings as attributes name them.</summary>
internal static class AttributeSettings
{
    /// <summary>Puts settings in the place of every <c>%Name%</c>. As for the real host, the setting <c>A__B</c> is named <c>A:B</c> here.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing, or a % has no second one.</exception>
    public static string Resolve(this IConfiguration configuration, string text)
    {
        var resolved = new StringBuilder();
        for (var rest = text.AsSpan(); ;)
        {
            var start = rest.IndexOf('%');
            if (start < 0) return resolved.Append(rest).ToString();
            resolved.Append(rest[..start]);
            rest = rest[(start + 1)..];
            var end = rest.IndexOf('%');
            if (end < 0) throw new InvalidOperationException($"The '%' in \"{text}\" does not have a closing '%'.");
            var name = rest[..end].ToString();
            resolved.Append(configuration[name] ?? throw new InvalidOperationException($"'%{name}%' does not resolve to a value: there is no such setting (A__B is named A:B here)."));
            rest = rest[(end + 1)..];
        }
    }

    /// <summary>The setting or section a <c>Connection</c> property names.</summary>
    /// <exception cref="InvalidOperationException">There is neither.</exception>
    public static IConfigurationSection Connection(this IConfiguration configuration, string name)
    {
        string[] places = [$"ConnectionStrings:AzureWebJobs{name}", $"AzureWebJobs{name}", $"ConnectionStrings:{name}", name];
        return places.Select(configuration.GetSection).FirstOrDefault(section => section.Exists())
            ?? throw new InvalidOperationException($"The connection setting '{name}' does not exist. Make sure that it is a defined App Setting.");
    }
}
