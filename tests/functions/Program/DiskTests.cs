using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Program;

/// <summary>The disk refuses to be written to for a while: full, read-only or gone.</summary>
[Collection(Sequential.Name)]
public sealed class DiskTests : ProgramTests
{
    [Fact]
    public async Task Write_WhileTheDiskFails_Returns503AndIsThereWhenItIsAskedForAgain()
    {
        await using var crm = await CrmProcess.StartAsync(Data);
        var before = await PostAsync(crm, "Before", 201);

        await crm.FailWritesAsync(true);
        var refused = await PostAsync(crm, "Refused", 503);
        Assert.Equal("busy", refused.Code);
        Assert.True(int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture) > 0);
        Assert.Equal(HttpStatusCode.OK, (await crm.Client.GetAsync($"/api/v1/accounts/{before.Json["id"]}")).StatusCode);

        await crm.FailWritesAsync(false);
        await PostAsync(crm, "After", 201);
        await crm.KillAsync();

        await using var again = await CrmProcess.StartAsync(Data);
        Assert.Equal(["After", "Before"], (await again.ListAsync("accounts")).Select(account => (string)account["name"]!).Order());
    }

    private static async Task<Answer> PostAsync(CrmProcess crm, string name, int status)
    {
        using var response = await crm.Client.PostAsJsonAsync("/api/v1/accounts", new JsonObject { ["name"] = name });
        return (await Answer.ReadAsync(response)).Expect(status);
    }
}
