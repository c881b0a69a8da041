using System.Diagnostics;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Deployment;

/// <summary>
/// What a deployment of <c>infra/main.bicep</c> would make, as the compiler predicts it: every loop and every file is evaluated. What Azure alone
/// knows, such as an endpoint, stays an expression in brackets.
/// </summary>
internal sealed class Template
{
    public const string DeveloperId = "00000000-0000-0000-0000-000000000009";

    public const string Origin = "https://app.example";

    public const string PublicUrl = "https://crm.example";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private Template(string diagnostics, IReadOnlyList<JsonObject> resources) => (Diagnostics, Resources) = (diagnostics, resources);

    /// <summary>With the parameters' defaults, and a developer.</summary>
    public static Lazy<Task<Template>> Default { get; } = new(() => CompileAsync());

    /// <summary>Over a Service Bus that can more.</summary>
    public static Lazy<Task<Template>> WithStandardServiceBus { get; } = new(() => CompileAsync("param serviceBusSku = 'Standard'"));

    /// <summary>As an environment that is not for developers, has an app in browsers and a name of its own.</summary>
    public static Lazy<Task<Template>> InProduction { get; } = new(() => CompileAsync("param production = true", $"param corsOrigins = ['{Origin}']", $"param publicUrl = '{PublicUrl}'"));

    /// <summary>Errors and warnings; empty where there are none.</summary>
    public string Diagnostics { get; }

    public IReadOnlyList<JsonObject> Resources { get; }

    public IEnumerable<JsonObject> OfType(string type) => Resources.Where(resource => (string?)resource["type"] == type);

    public JsonObject Single(string type) => Assert.Single(OfType(type));

    private static async Task<Template> CompileAsync(params IEnumerable<string> parameters)
    {
        var folder = Directory.CreateTempSubdirectory("crm-bicep-");
        try
        {
            var file = Path.Combine(folder.FullName, "test.bicepparam");
            var main = Path.GetRelativePath(folder.FullName, Path.Combine(Repository.Root, "infra", "main.bicep")).Replace('\\', '/');
            string[] all = [$"using '{main}'", "param environmentName = 'test'", "param location = 'westeurope'", $"param principalId = '{DeveloperId}'", .. parameters];
            await File.WriteAllLinesAsync(file, all);
            var diagnostics = await RunAsync(["snapshot", file, "--mode", "overwrite", "--subscription-id", Guid.NewGuid().ToString(), "--tenant-id", Guid.NewGuid().ToString(), "--location", "westeurope"]);
            var snapshot = Path.Combine(folder.FullName, "test.snapshot.json");
            Assert.True(File.Exists(snapshot), diagnostics);
            return new Template(diagnostics, [.. JsonNode.Parse(await File.ReadAllTextAsync(snapshot))!["predictedResources"]!.AsArray().Select(resource => (JsonObject)resource!)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(IEnumerable<string> arguments)
    {
        using var compiler = Process.Start(new ProcessStartInfo(BicepFactAttribute.Compiler!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = compiler.StandardOutput.ReadToEndAsync();
        var errors = compiler.StandardError.ReadToEndAsync();
        await compiler.WaitForExitAsync().WaitAsync(Deadline);
        return $"{await output}{await errors}".Trim();
    }
}
