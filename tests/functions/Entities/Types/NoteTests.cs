using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities.Types;

[Collection(SharedApp.Name)]
public sealed class NoteTests(CrmApp app) : RuleTests(app)
{
    [Fact]
    public async Task Note_OnARecord_KeepsItFromBeingDeleted()
    {
        var account = await App.CreateAsync("accounts");
        var note = await App.CreateAsync("notes", ("regarding", Link(account)));

        Assert.Equal("in-use", (await DeleteAsync(account)).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(note)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(account)).Status);
    }

    [Theory]
    [InlineData("pipelines", "#/regarding/type not-allowed")]
    [InlineData("leads", "#/regarding unknown-reference")]
    public async Task Note_OnWhatIsNotThere_IsRefused(string type, string error) =>
        Refused(await PostAsync("notes", new() { ["body"] = "…", ["regarding"] = new JsonObject { ["type"] = type, ["id"] = "none" } }), error);
}
