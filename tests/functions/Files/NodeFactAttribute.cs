namespace Crm.Tests.Files;

/// <summary>Skips, naming the reason, where there is no Node.js to run Azurite.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "node.exe" : "node"))))
            Skip = "No Node.js, which Azurite needs. Install Node.js 20 or later to run this test.";
    }
}
