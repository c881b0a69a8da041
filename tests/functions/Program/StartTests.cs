using System.Net;
using System.Net.Sockets;
using Microsoft.Azure.Cosmos;

namespace Crm.Tests.Program;

[Collection(Sequential.Name)]
public sealed class StartTests : ProgramTests
{
    [Fact]
    public async Task Start_OnAnEmptyFolder_SaysWhereEverythingIsAndServes()
    {
        await using var crm = await CrmProcess.StartAsync(Data);

        Assert.Contains($"Data in {Data}", crm.Output, StringComparison.Ordinal);
        Assert.Contains("Cosmos on http://127.0.0.1:", crm.Output, StringComparison.Ordinal);
        Assert.Empty(crm.Errors);
        using var health = await crm.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        using var page = await crm.Client.GetAsync("/");
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<!doctype html>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ForTheSecondTime_FindsTheFirstTenantAndMakesNoOther()
    {
        for (var start = 1; start <= 2; start++)
        {
            await using var crm = await CrmProcess.StartAsync(Data);

            var users = await crm.ListAsync("users");
            Assert.Equal("admin", (string?)Assert.Single(users)["userName"]);
            Assert.Equal(2, (int?)users[0]["version"]);
            var pipelines = await crm.ListAsync("pipelines");
            Assert.Equal("Sales", (string?)Assert.Single(pipelines)["name"]);
            Assert.Equal(1, (int?)pipelines[0]["version"]);
            var tenant = Assert.Single(await crm.StoredAsync("tenants"));
            Assert.Equal("default", tenant.Key);
            Assert.Equal(1, tenant.Value.Version);
        }
    }

    [Fact]
    public async Task Start_WithoutAPassword_PrintsOneOnce()
    {
        string? password;
        await using (var crm = await CrmProcess.StartAsync(Data, ("CRM_ADMIN_PASSWORD", "")))
        {
            password = crm.PrintedPassword;
            Assert.NotNull(password);
        }

        // The fixture would sign in with what is printed, and otherwise with what it sets: here neither is the password any more.
        var second = await Assert.ThrowsAnyAsync<Exception>(() => CrmProcess.StartAsync(Data));
        Assert.Contains("invalid-grant", second.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithASettingInTheEnvironment_TakesItBeforeTheFile()
    {
        await using var crm = await CrmProcess.StartAsync(Data, ("Cosmos__Database", "elsewhere"));

        using var cosmos = crm.ConnectToStore();
        var databases = await cosmos.GetDatabaseQueryIterator<DatabaseProperties>().ReadNextAsync();
        Assert.Equal("elsewhere", Assert.Single(databases).Id);
    }

    [Theory]
    [InlineData("urls", "http://127.0.0.1:{0}")]
    [InlineData("CRM_COSMOS_PORT", "{0}")]
    public async Task Start_OnAPortInUse_SaysSoAndEnds(string setting, string value)
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        var errors = await FailAsync(Data, (setting, string.Format(null, value, port)));

        Assert.Contains($"{port}", errors, StringComparison.Ordinal);
        Assert.Contains("in use", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnAFolderOfARunningInstance_SaysSoAndLeavesThatAlone()
    {
        await using var running = await CrmProcess.StartAsync(Data);

        var errors = await FailAsync(Data);

        Assert.Contains(Data, errors, StringComparison.Ordinal);
        Assert.Contains("in use by another instance", errors, StringComparison.Ordinal);
        using var health = await running.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task Start_OnAFolderThatCannotBe_SaysSoAndEnds()
    {
        // Below a file: not even root can write there.
        await File.WriteAllTextAsync(Data, "");
        var folder = Path.Combine(Data, "below");

        var errors = await FailAsync(folder);

        Assert.Contains("data folder", errors, StringComparison.Ordinal);
        Assert.Contains("cannot be written", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Lists__CursorKey", "x")]
    [InlineData("Auth__SigningKeys", "c2hvcnQ=")]
    [InlineData("Auth__AccessTokenMinutes", "0")]
    [InlineData("Platform__AdminKey", "short")]
    [InlineData("CRM_ADMIN_PASSWORD", "short")]
    [InlineData("Limits__BodyKilobytes", "1")]
    [InlineData("Lists__MaxPageSize", "0")]
    [InlineData("Cosmos", "nonsense")]
    [InlineData("Cosmos", "AccountEndpoint=http://127.0.0.1:8081/;AccountKey=???")]
    [InlineData("CRM_COSMOS_PORT", "many")]
    [InlineData("Cosmos__Database", " ")]
    [InlineData("Storage", "nonsense")]
    [InlineData("Files__LinkKey", "x")]
    [InlineData("Files__MaxMegabytes", "0")]
    [InlineData("Public__BaseUrl", "crm.example.com")]
    [InlineData("Tracking__SigningKeys", "c2hvcnQ=")]
    public async Task Start_WithABadSetting_NamesItAndEnds(string setting, string value)
    {
        var errors = await FailAsync(Data, (setting, value));

        Assert.Contains(setting, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithABadSetting_LogsNoStackTrace()
    {
        var (_, output, _) = await CrmProcess.FailAsync(Data, ("Lists__CursorKey", "x"));

        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    /// <summary>One line for whoever started it, and nothing of how the program is made.</summary>
    private static async Task<string> FailAsync(string data, params (string, string)[] settings)
    {
        var (exitCode, output, errors) = await CrmProcess.FailAsync(data, settings);

        Assert.Equal(1, exitCode);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Listening", output, StringComparison.Ordinal);
        return errors;
    }
}
