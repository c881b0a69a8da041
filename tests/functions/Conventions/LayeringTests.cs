using System.Text.RegularExpressions;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Conventions;

/// <summary>What may use what, and what nothing may use.</summary>
public sealed partial class LayeringTests
{
    private static readonly List<(string Path, string Text)> Sources = [.. Repository.Sources("functions")];

    [Fact]
    public void Sources_KnowNothingOfTheLocalHost() => Assert.Empty(Matching(source => source.Text.Contains("Crm.Local", StringComparison.Ordinal)));

    [Fact]
    public void Sources_AreTheSameUnderEveryHost() => Assert.Empty(Matching(source => Directive().IsMatch(source.Text)));

    [Fact]
    public void Sources_TakeTheTimeFromATimeProvider() => Assert.Empty(Matching(source => Clock().IsMatch(source.Text)));

    [Fact]
    public void Platform_UsesNoSlice() => Assert.Empty(Matching(source =>
        source.Path.StartsWith("functions/Platform/", StringComparison.Ordinal) && CrmNamespace().Matches(source.Text).Any(used => !used.Groups[1].Value.StartsWith("Platform", StringComparison.Ordinal))));

    [Fact]
    public void Namespaces_FollowFolders() => Assert.Empty(Matching(source =>
    {
        var folder = Path.GetDirectoryName(source.Path)!.Replace('\\', '/')["functions".Length..].Replace('/', '.');
        return Namespace().Match(source.Text) is { Success: true } declared && declared.Groups[1].Value != "Crm" + folder;
    }));

    [Fact]
    public void Sources_AreThere() => Assert.True(Sources.Count > 50);

    private static IEnumerable<string> Matching(Func<(string Path, string Text), bool> wrong) => Sources.Where(wrong).Select(source => source.Path);

    [GeneratedRegex(@"^\s*#\s*if\b", RegexOptions.Multiline)]
    private static partial Regex Directive();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b")]
    private static partial Regex Clock();

    [GeneratedRegex(@"\bCrm\.([A-Z]\w*)")]
    private static partial Regex CrmNamespace();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
