using Crm.Tests.Fixtures;
using Crm.Tests.Node;

namespace Crm.Tests.Docs;

/// <summary>The linter, the client generator and the browser driver.</summary>
public sealed class ClientPackages() : NodePackages("Docs");

/// <summary>Tools that were not written here make something of the description: a linter, a generated client, a browser.</summary>
[Collection(SharedApp.Name)]
public sealed class ClientTests(CrmApp app, ClientPackages packages) : IClassFixture<ClientPackages>
{
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    [SkippableFact]
    public Task Description_IsValidAndLintClean() => PassAsync("lint.mjs");

    [SkippableFact]
    public Task GeneratedClient_CompilesAndSellsSomething() => PassAsync("client.mjs");

    [SkippableFact]
    public Task Page_InABrowser_SignsInAndSendsARequest()
    {
        Skip.If(Browser() is null, $"No browser: {string.Join(", ", Browsers)} is not on the PATH, and CRM_BROWSER names none.");
        return PassAsync("browser.mjs", ("CRM_BROWSER", Browser()!));
    }

    private Task PassAsync(string script, params (string, string)[] environment) =>
        packages.PassAsync([script], [("CRM_ENDPOINT", app.Client.BaseAddress!.AbsoluteUri), ("CRM_PASSWORD", CrmApp.AdminPassword), .. environment]);

    private static string? Browser() => Environment.GetEnvironmentVariable("CRM_BROWSER") is { Length: > 0 } named ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).SelectMany(folder => Browsers.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}
