using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>States move along their declared moves, and by actions where those say so.</summary>
[Collection(SharedApp.Name)]
public sealed class StateTests(CrmApp app)
{
    [Fact]
    public async Task State_AlongADeclaredMove_Moves()
    {
        var widget = await app.CreateAsync("widgets");
        foreach (var state in new[] { "tested", "shipped" })
            widget = (await app.PatchAsync(widget, To(state))).Expect(200).Json;

        Assert.Equal("shipped", widget["state"]!.GetValue<string>());
        Assert.Equal(
            ["create", "stateChange", "stateChange"],
            (await app.DocumentsAsync(widget)).Where(document => document["kind"]!.GetValue<string>() == "change").OrderBy(document => document["version"]!.GetValue<int>()).Select(document => document["action"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("new", "shipped", "tested,scrapped", null)]
    [InlineData("shipped", "new", "", null)]
    [InlineData("scrapped", "new", "", "recycle")]
    [InlineData("scrapped", "tested", "", "recycle")]
    public async Task State_AlongNoDeclaredMove_IsRefusedWithWhatIsAllowed(string from, string to, string allowed, string? action)
    {
        var widget = await app.CreateAsync("widgets", ("state", from));
        foreach (var refused in new[] { await app.PatchAsync(widget, To(to)), await app.ReplaceAsync(widget, new JsonObject { ["name"] = widget["name"]!.DeepClone(), ["state"] = to }) })
        {
            refused.Expect(409, "invalid-transition");
            Assert.Equal("state", refused.Json["field"]!.GetValue<string>());
            Assert.Equal(allowed, string.Join(',', refused.Json["allowed"]!.AsArray().Select(value => value!.GetValue<string>())));
            Assert.Equal(action, refused.Json["actions"]?[0]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task State_ThatStays_IsNoMove()
    {
        var widget = await app.CreateAsync("widgets", ("state", "shipped"));

        (await app.PatchAsync(widget, new JsonObject { ["state"] = "shipped", ["fragile"] = false })).Expect(200);
    }

    [Fact]
    public void Moves_ThatNameNoValueOrHaveNoArrow_AreAProgrammingError()
    {
        Assert.Throws<ArgumentException>(() => new StateMachine(["new -> gone"], ["new"]));
        Assert.Throws<ArgumentException>(() => new StateMachine(["new"], ["new"]));
    }

    private static JsonObject To(string state) => new() { ["state"] = state };
}
