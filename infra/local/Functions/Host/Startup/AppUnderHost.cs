using System.Reflection;

namespace Crm.Local.Functions.Startup;

/// <summary>What the host runs: the types that may hold functions, and the folder with <c>host.json</c> and the settings.</summary>
internal sealed record AppUnderHost(string Name, IReadOnlyCollection<Type> Types, string Folder)
{
    public static AppUnderHost Of(Assembly assembly) =>
        new(assembly.GetName().Name!, assembly.GetTypes(), Path.GetDirectoryName(assembly.Location) ?? AppContext.BaseDirectory);
}
