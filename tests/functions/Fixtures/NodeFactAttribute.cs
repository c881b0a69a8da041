namespace Crm.Tests.Fixtures;

/// <summary>Skips, naming the reason, where there is no Node.js, which Azurite and scripts need.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "node.exe" : "node"))))
            Skip = "No Node.js. Install 20 or later to run this test.";
    }
}
