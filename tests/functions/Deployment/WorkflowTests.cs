using System.Text.RegularExpressions;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Deployment;

/// <summary>What runs on somebody else's machine with rights to ours runs nothing that can change under its name, and starts with no right at all.</summary>
public sealed partial class WorkflowTests
{
    private static readonly List<(string Name, string Text)> Workflows =
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, ".github", "workflows"), "*.yml").Select(file => (Path.GetFileName(file), File.ReadAllText(file)))];

    [Fact]
    public void Actions_ArePinnedByHash() => Assert.All(Workflows, workflow => Assert.All(
        Use().Matches(workflow.Text),
        use => Assert.True(Pinned().IsMatch(use.Groups[1].Value), $"{workflow.Name}: {use.Groups[1].Value} needs a commit's hash, and its version in a comment.")));

    [Fact]
    public void Permissions_StartFromNone()
    {
        Assert.NotEmpty(Workflows);
        Assert.All(Workflows, workflow => Assert.Contains("\npermissions: {}\n", workflow.Text.ReplaceLineEndings("\n"), StringComparison.Ordinal));
    }

    [GeneratedRegex(@"uses: *(.+)")]
    private static partial Regex Use();

    [GeneratedRegex(@"^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*\s*$")]
    private static partial Regex Pinned();
}
