using System.Reflection;

namespace Crm.Tests.Deployment;

/// <summary>Skips, naming the reason, where there is no Bicep compiler.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BicepFactAttribute : FactAttribute
{
    /// <summary>The package's, or the one on the PATH; null where there is none.</summary>
    public static string? Compiler { get; } = Packaged() ?? OnPath();

    public BicepFactAttribute()
    {
        if (Compiler is null)
            Skip = "No Bicep compiler: its package is for Linux on x64. Install the Bicep CLI to run this test here.";
    }

    private static string? Packaged() => typeof(BicepFactAttribute).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(metadata => metadata.Key == "Bicep")?.Value;

    private static string? OnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "bicep.exe" : "bicep"))
        .FirstOrDefault(File.Exists);
}
