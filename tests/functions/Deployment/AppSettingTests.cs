using System.Text.Json.Nodes;
using Crm.Platform.Blobs;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Deployment;

/// <summary>The app in Azure has the settings of the sample: a generated value from Key Vault, a connection string as the app's identity.</summary>
public sealed class AppSettingTests
{
    private const string Generated = "<generated>";

    /// <summary>The plan says which runtime there is.</summary>
    private const string OfThePlan = "FUNCTIONS_WORKER_RUNTIME";

    /// <summary>What Azure alone knows.</summary>
    private const string OfTheApp = "Public__BaseUrl";

    /// <summary>Where the sample's value is right for one machine alone.</summary>
    private static readonly Dictionary<string, string> OfAzure = new()
    {
        ["Auth__KeyEnvironment"] = "live",
        ["FirstAdmin__PrintPassword"] = "false",
        ["Limits__BurstRequests"] = "100",
        ["Limits__DailyRequests"] = "50000",
        ["Mail__Folder"] = "",
        ["Webhooks__AllowLoopback"] = "false",
    };

    private static readonly JsonObject Sample = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json")))!["Values"]!;

    [BicepFact]
    public async Task Settings_OfTheSample_AreSet()
    {
        var settings = await SettingsAsync();

        Assert.All(Sample.Where(setting => setting.Key != OfThePlan && !IsConnection(setting.Key)), setting =>
        {
            Assert.True(settings.TryGetPropertyValue(setting.Key, out var value), $"api.bicep leaves out {setting.Key}, which local.settings.sample.json has.");
            if ((string?)setting.Value != Generated && setting.Key != OfTheApp)
                Assert.Equal(OfAzure.GetValueOrDefault(setting.Key) ?? (string?)setting.Value, (string?)value);
        });
    }

    [BicepFact]
    public async Task Links_BeginWithTheAppsOwnName_OrWithTheOneItIsGiven()
    {
        Assert.Contains("defaultHostName", (string?)(await SettingsAsync())[OfTheApp], StringComparison.Ordinal);
        Assert.Equal(Template.PublicUrl, (string?)Settings(await Template.InProduction.Value)[OfTheApp]);
    }

    [BicepFact]
    public async Task Connections_AreTheAppsIdentity()
    {
        var settings = await SettingsAsync();

        Assert.All(Sample.Where(setting => IsConnection(setting.Key)), setting =>
        {
            Assert.False(settings.ContainsKey(setting.Key), $"api.bicep takes the connection string {setting.Key} for a setting: list it in ofOneMachine, and give its endpoint, __credential and __clientId.");
            Assert.Equal("managedidentity", (string?)settings[$"{setting.Key}__credential"]);
            Assert.True(settings.ContainsKey($"{setting.Key}__clientId"), $"api.bicep leaves out {setting.Key}__clientId.");
        });
    }

    [BicepFact]
    public async Task BlobContainers_AreTheAppsAndThatOfItsPackages() => Assert.Equal(
        [BlobStore.Container, "deployments"],
        (await Template.Default.Value).OfType("Microsoft.Storage/storageAccounts/blobServices/containers").Select(container => ((string)container["name"]!).Split('/')[^1]).OrderDescending(StringComparer.Ordinal));

    [BicepFact]
    public async Task GeneratedSettings_AreSecrets()
    {
        var settings = await SettingsAsync();
        var template = await Template.Default.Value;
        var made = template.OfType("Microsoft.KeyVault/vaults/secrets").Select(secret => ((string)secret["name"]!).Split('/')[1]).ToHashSet();
        string[] generated = [.. Sample.Where(setting => (string?)setting.Value == Generated).Select(setting => setting.Key), "FirstAdmin__Password"];

        Assert.Equal(generated.Select(Secret).Order(StringComparer.Ordinal), made.Order(StringComparer.Ordinal));
        Assert.All(generated, setting =>
        {
            Assert.Contains("@Microsoft.KeyVault(SecretUri=", (string?)settings[setting], StringComparison.Ordinal);
            Assert.Contains(Secret(setting), (string?)settings[setting], StringComparison.Ordinal);
        });
    }

    [BicepFact]
    public async Task Secrets_DifferFromEachOther()
    {
        var values = (await Template.Default.Value).OfType("Microsoft.KeyVault/vaults/secrets").Select(secret => (string)secret["properties"]!["value"]!).ToList();

        Assert.Equal(values.Count, values.Distinct().Count());
        Assert.All(values, value => Assert.Contains("newGuid()", value, StringComparison.Ordinal));
    }

    private static async Task<JsonObject> SettingsAsync() => Settings(await Template.Default.Value);

    private static JsonObject Settings(Template template) => (JsonObject)template.Single("Microsoft.Web/sites/config")["properties"]!;

    /// <summary>A name without a section is one of the host's, or a whole connection.</summary>
    private static bool IsConnection(string setting) => setting != OfThePlan && !setting.Contains("__", StringComparison.Ordinal);

    private static string Secret(string setting) => setting.Replace("__", "--", StringComparison.Ordinal);
}
