using System.Reflection;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Crm.Tests.Conventions;

/// <summary>Settings are named alike in the options records and in the sample that a new developer copies.</summary>
public sealed class SettingsTests
{
    /// <summary>Read by the host, not by the app.</summary>
    private static readonly HashSet<string> OfTheHost = ["FUNCTIONS_WORKER_RUNTIME"];

    private static readonly HashSet<string> Sample =
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json")))!["Values"]!.AsObject().Select(setting => setting.Key)];

    private static readonly List<(string Section, Type Options)> Bound = [.. Find()];

    [Fact]
    public void Options_WithoutAnOptionalValue_StandInTheSample()
    {
        var nullability = new NullabilityInfoContext();
        var needed = from bound in Bound
                     from property in bound.Options.GetProperties()
                     where property.SetMethod is { IsPublic: true } && nullability.Create(property).WriteState != NullabilityState.Nullable
                     select $"{bound.Section}__{property.Name}";

        Assert.NotEmpty(Bound);
        Assert.Subset(Sample, needed.ToHashSet());
    }

    [Fact]
    public void Sample_HasWhatOptionsReadAlone()
    {
        var known = from bound in Bound from property in bound.Options.GetProperties() select $"{bound.Section}__{property.Name}";

        // A section's own value is a whole connection string, as the Functions convention has it.
        Assert.Subset(known.Concat(Bound.Select(bound => bound.Section)).Concat(OfTheHost).ToHashSet(), Sample);
    }

    /// <summary>Every options record of the app that is bound to a section.</summary>
    private static IEnumerable<(string Section, Type Options)> Find() =>
        from service in CrmApplication.CreateBuilder([]).Services
        where service.ServiceType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(IOptionsChangeTokenSource<>)
        let options = service.ServiceType.GenericTypeArguments[0]
        where options.Assembly == typeof(CrmApplication).Assembly
        let source = service.ImplementationInstance!
        let section = source.GetType().GetField("_config", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(source) as IConfigurationSection
        select (section!.Path, options);
}
