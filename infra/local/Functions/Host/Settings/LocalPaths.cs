using Microsoft.Extensions.Configuration;

namespace Crm.Local.Functions.Settings;

internal static class LocalPaths
{
    public static string Data(IConfiguration configuration) =>
        Path.GetFullPath(configuration["CRM_DATA"] is { Length: > 0 } chosen ? chosen : ".crm");
}
