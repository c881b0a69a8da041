using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Deployment;

/// <summary>The templates compile without a word, hold no key, and leave identity as the only way in.</summary>
public sealed partial class TemplateTests
{
    private static readonly List<(string Name, string Text)> Sources =
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "infra"), "*.bicep", SearchOption.AllDirectories).Where(IsOurs).Select(file => (Path.GetFileName(file), File.ReadAllText(file)))];

    [BicepFact]
    public async Task Template_Compiles_WithoutAWarning() => Assert.Equal("", (await Template.Default.Value).Diagnostics);

    [Fact]
    public void Sources_AskForNoKeys()
    {
        Assert.NotEmpty(Sources);
        Assert.All(Sources, source => Assert.False(KeyFunction().IsMatch(source.Text), $"{source.Name} asks for keys; use the app's identity."));
    }

    [Fact]
    public void Sources_DescribeEveryParameter() => Assert.All(Sources, source => Assert.All(
        Parameter().Matches(source.Text),
        parameter => Assert.True(Description().IsMatch(parameter.Groups["decorators"].Value), $"{source.Name}: say of {parameter.Groups["name"].Value} whether it is required or optional, and its default.")));

    [Fact]
    public void RoleAssignments_AreInOneFile() =>
        Assert.Equal(["rbac.bicep"], Sources.Where(source => source.Text.Contains("oleAssignments@", StringComparison.Ordinal)).Select(source => source.Name));

    [Fact]
    public void ParameterFile_NamesParametersThereAre()
    {
        var names = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "infra", "main.parameters.json")))!["parameters"]!.AsObject().Select(parameter => parameter.Key);

        Assert.Subset(Parameter().Matches(Sources.Single(source => source.Name == "main.bicep").Text).Select(parameter => parameter.Groups["name"].Value).ToHashSet(), names.ToHashSet());
    }

    [BicepTheory]
    [InlineData("Microsoft.DocumentDB/databaseAccounts", "disableLocalAuth", "true")]
    [InlineData("Microsoft.DocumentDB/databaseAccounts", "disableKeyBasedMetadataWriteAccess", "true")]
    [InlineData("Microsoft.ServiceBus/namespaces", "disableLocalAuth", "true")]
    [InlineData("Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", "false")]
    [InlineData("Microsoft.Storage/storageAccounts", "allowBlobPublicAccess", "false")]
    [InlineData("Microsoft.Insights/components", "DisableLocalAuth", "true")]
    [InlineData("Microsoft.KeyVault/vaults", "enableRbacAuthorization", "true")]
    [InlineData("Microsoft.Web/sites", "httpsOnly", "true")]
    public async Task Service_ByDefault_IsClosed(string type, string property, string expected) =>
        Assert.Equal(expected, (await Template.Default.Value).Single(type)["properties"]![property]!.ToJsonString());

    [BicepFact]
    public async Task Browsers_OfOtherOrigins_AreLetInByName()
    {
        Assert.Empty(Origins(await Template.Default.Value));
        Assert.Equal([Template.Origin], Origins(await Template.InProduction.Value).Select(origin => (string?)origin));

        static JsonArray Origins(Template template) => template.Single("Microsoft.Web/sites")["properties"]!["siteConfig"]!["cors"]!["allowedOrigins"]!.AsArray();
    }

    [BicepFact]
    public async Task PublishingPasswords_AreOff()
    {
        var policies = (await Template.Default.Value).OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies").ToList();

        Assert.Equal(2, policies.Count);
        Assert.All(policies, policy => Assert.False((bool)policy["properties"]!["allow"]!));
    }

    [BicepFact]
    public async Task Developer_HasTheRolesOfTheApp()
    {
        var roles = RolesByPrincipal(await Template.Default.Value);

        Assert.Equal(2, roles.Count);
        Assert.Equal(6, roles.First().Count());
        Assert.Equal(roles.First().Order(StringComparer.Ordinal), roles.Last().Order(StringComparer.Ordinal));
        Assert.Contains(Template.DeveloperId, roles.Select(principal => principal.Key));
    }

    [BicepFact]
    public async Task Developer_InProduction_HasNone() =>
        Assert.DoesNotContain(Template.DeveloperId, Assert.Single(RolesByPrincipal(await Template.InProduction.Value)).Key, StringComparison.Ordinal);

    private static List<IGrouping<string, string>> RolesByPrincipal(Template template) =>
    [
        .. template.Resources
            .Where(resource => ((string)resource["type"]!).EndsWith("oleAssignments", StringComparison.Ordinal))
            .Select(resource => (JsonObject)resource["properties"]!)
            .GroupBy(grant => (string)grant["principalId"]!, grant => RoleId().Matches((string)grant["roleDefinitionId"]!).Last().Value),
    ];

    private static bool IsOurs(string file) => !file.Contains("node_modules", StringComparison.Ordinal);

    [GeneratedRegex(@"\blist[A-Z]\w*\(|\.list[A-Z]\w*\(")]
    private static partial Regex KeyFunction();

    [GeneratedRegex(@"(?<decorators>(^@.*\n)*)^param (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"@description\('(Required\. |Optional\. .*Default: |Do not set\. )")]
    private static partial Regex Description();

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex RoleId();
}
