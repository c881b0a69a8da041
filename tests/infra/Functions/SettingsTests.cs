using System.Net;
using System.Text.Json;
using Crm.Local.Functions.Startup;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Local.Tests.Functions;

public class SettingsTests
{
    [Fact]
    public async Task Settings_FromFileEnvironmentAndCommandLine_LaterOnesWin()
    {
        Environment.SetEnvironmentVariable("CRM_TEST__B", "environment");
        Environment.SetEnvironmentVariable("CRM_TEST__C", "environment");
        await using var app = await TestApp.StartAsync<Nothing>(options: new()
        {
            Settings = """{ "Values": { "CRM_TEST__A": "file", "CRM_TEST__B": "file", "CRM_TEST__C": "file" } }""",
            Sample = """{ "Values": { "CRM_TEST__A": "sample", "CRM_TEST__D": "sample" } }""",
            Arguments = ["--CRM_TEST:C=command line"],
        });
        var settings = app.Host.Services.GetRequiredService<IConfiguration>().GetSection("CRM_TEST");
        Assert.Equal("file, environment, command line, ", $"{settings["A"]}, {settings["B"]}, {settings["C"]}, {settings["D"]}");
    }

    [Fact]
    public async Task Sample_WithoutSettingsFile_IsRead()
    {
        await using var app = await TestApp.StartAsync<Nothing>(options: new() { Sample = """{ "Values": { "CRM_SAMPLE__A": "sample" } }""" });
        Assert.Equal("sample", app.Host.Services.GetRequiredService<IConfiguration>()["CRM_SAMPLE:A"]);
    }

    [Fact]
    public async Task Value_InTheDataFolder_IsWhereTheDataIs()
    {
        await using var app = await TestApp.StartAsync<Nothing>(options: new() { Sample = """{ "Values": { "Mail__Folder": "<data>/mail" } }""" });
        Assert.Equal(Path.Combine(app.DataFolder, "mail"), app.Host.Services.GetRequiredService<IConfiguration>()["Mail:Folder"]);
    }

    [Fact]
    public async Task GeneratedSecret_OverStarts_StaysAndIsItsOwnersAlone()
    {
        var options = new TestApp.Options { Sample = """{ "Values": { "Lists__CursorKey": "<generated>", "Other": "<generated>" } }""" };
        await using var app = await TestApp.StartAsync<Nothing>(options: options);
        var key = Key(app);
        Assert.Equal(32, Convert.FromBase64String(key).Length);
        Assert.NotEqual(key, app.Host.Services.GetRequiredService<IConfiguration>()["Other"]);
        var file = Path.Combine(app.DataFolder, "secrets.json");
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(key, JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))!["Lists__CursorKey"]);
        var again = TestApp.Build([typeof(Nothing)], options: options with { Arguments = [$"--CRM_DATA={app.DataFolder}"] });
        Assert.Equal(key, Key(again));
        await again.DisposeAsync();
    }

    [Fact]
    public async Task GeneratedSecret_SetElsewhere_IsNotMade()
    {
        await using var app = await TestApp.StartAsync<Nothing>(options: new()
        {
            Sample = """{ "Values": { "Lists__CursorKey": "<generated>" } }""",
            Arguments = ["--Lists:CursorKey=chosen"],
        });
        Assert.Equal("chosen", Key(app));
        Assert.False(File.Exists(Path.Combine(app.DataFolder, "secrets.json")));
    }

    [Theory]
    [InlineData("{ not json")]
    [InlineData("[]")]
    [InlineData("""{ "version": "1.0" }""")]
    [InlineData("""{ "version": "2.0", "functionTimeout": "soon" }""")]
    [InlineData("""{ "version": "2.0", "logging": { "logLevel": { "default": "Loud" } } }""")]
    public async Task HostJson_NotValid_IsOneSentenceWithItsPath(string hostJson)
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => TestApp.StartAsync<Nothing>(options: new() { HostJson = hostJson }));
        Assert.Contains("host.json is not a valid host.json", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SettingsFile_NotValid_IsOneSentenceWithItsPath()
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => TestApp.StartAsync<Nothing>(options: new() { Settings = "{ not json" }));
        Assert.Contains("local.settings.json is not a valid settings file", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>As the real host has it: a function that is turned off is not called by anything.</summary>
    [Fact]
    public async Task Function_DisabledBySetting_IsNotServed()
    {
        await using var app = await TestApp.StartAsync<Switched>(options: new() { Arguments = ["--AzureWebJobs.Off.Disabled=true", "--AzureWebJobs.On.Disabled=false"] });
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/On")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Client.GetAsync("/Off")).StatusCode);
    }

    private static string Key(TestApp app) => app.Host.Services.GetRequiredService<IConfiguration>()["Lists:CursorKey"]!;

    public sealed class Nothing
    {
        [Function("Nothing")]
        public void Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
        {
        }
    }

    public sealed class Switched
    {
        [Function("On")]
        public IResult On([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text(request.Path);

        [Function("Off")]
        public IResult Off([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text(request.Path);
    }
}
