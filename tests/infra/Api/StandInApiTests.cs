using System.Reflection;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Tests.Api;

/// <summary>The stand-ins offer nothing that the real packages do not, so what compiles against them compiles against those.</summary>
public class StandInApiTests
{
    private static readonly string[] Listed = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Api"), "*.txt")
        .SelectMany(File.ReadAllLines)
        .Where(line => !line.StartsWith('#'))];

    private static readonly Assembly[] StandIns = [typeof(FunctionContext).Assembly, typeof(ServiceBusClient).Assembly];

    [Fact]
    public void StandIns_AgainstTheRealPackages_HaveTheSameForm()
    {
        var listing = new ApiListing();
        var known = Listed.ToHashSet(StringComparer.Ordinal);
        var unknown = Types().SelectMany(listing.Lines).Where(line => !known.Contains(line)).ToArray();
        Assert.True(unknown.Length == 0, string.Join(Environment.NewLine, unknown.Select(line => $"{line}{Environment.NewLine}  listed: {Nearest(line)}")));
    }

    [Fact]
    public void StandIns_OutsideThePackagesNamespaces_AreNotPublic()
    {
        var own = StandIns.SelectMany(assembly => assembly.GetExportedTypes()).Where(type => !IsOfAPackage(type)).Select(type => type.FullName);
        Assert.Empty(own);
    }

    private static IEnumerable<Type> Types() => StandIns.SelectMany(assembly => assembly.GetExportedTypes()).Where(IsOfAPackage);

    private static bool IsOfAPackage(Type type) =>
        type.Namespace is { } name && (name.StartsWith("Microsoft.", StringComparison.Ordinal) || name.StartsWith("Azure.", StringComparison.Ordinal));

    private static string Nearest(string line)
    {
        var name = line.Split(" : ")[0].Split('(')[0];
        return string.Join(" | ", Listed.Where(candidate => candidate.Split(" : ")[0].Split('(')[0] == name)) is { Length: > 0 } found ? found : "(nothing of that name)";
    }
}
