using System.Reflection;

namespace Crm.Local.Functions.Startup;

/// <summary>What the host runs: the assembly with the functions, and the folder with its <c>host.json</c> and settings.</summary>
internal sealed record AppUnderHost(Assembly Assembly, string Folder)
{
    public static AppUnderHost Of(Assembly assembly) => new(assembly, Path.GetDirectoryName(assembly.Location) ?? AppContext.BaseDirectory);
}
