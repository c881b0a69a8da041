using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests;

/// <summary>
/// How many requests the app sends to Cosmos, as its client's request handlers see them: one per point read, batch, reservation, ReadMany group and
/// query page. Before each query the SDK asks for its plan, which is counted by itself. An app of its own, so that nobody else's requests are counted.
/// </summary>
public sealed class RoundTripTests(CrmApp app) : IClassFixture<CrmApp>
{
    [Fact]
    public async Task Read_TakesOne()
    {
        var contact = await app.CreateAsync("contacts");

        Assert.Equal(1, await CountAsync(() => app.ReadAsync(contact)));
    }

    [Fact]
    public async Task Access_OfAUserWhoIsKnown_TakesAtMostALookInAWhile()
    {
        var contact = await app.CreateAsync("contacts");
        using var client = await app.ClientForAsync("readOnly");
        (await client.SendAsync("GET", contact.Path())).Expect(200);
        var (requests, looks) = (app.RoundTrips.Count, app.RoundTrips.AccessLooks);

        for (var read = 0; read < 100; read++)
            (await client.SendAsync("GET", contact.Path())).Expect(200);

        Assert.InRange(app.RoundTrips.AccessLooks - looks, 0, 5);
        Assert.InRange(app.RoundTrips.Count - requests, 100, 115);
    }

    [Fact]
    public async Task Create_WithoutReferencesAndUniqueValues_TakesOne() =>
        Assert.Equal(1, await CountAsync(() => app.PostAsync("contacts", new JsonObject { ["lastName"] = "Trip" })));

    [Fact]
    public async Task Create_WithAKey_TakesNoMore() =>
        Assert.Equal(1, await CountAsync(() => app.PostAsync("contacts", new JsonObject { ["lastName"] = "Trip" }, ("Idempotency-Key", Guid.NewGuid().ToString()))));

    [Fact]
    public async Task Create_WithANumber_TakesOneMore() =>
        Assert.Equal(2, await CountAsync(() => app.PostAsync("accounts", new JsonObject { ["name"] = "Trip" })));

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    public async Task Create_TakesOneMorePerUniqueValue(int values, int requests)
    {
        var body = new JsonObject { ["sku"] = CrmApp.Unique("trip"), ["name"] = "Trip", ["listPrice"] = 1 };
        if (values == 2)
            body["barcode"] = CrmApp.Unique("trip");

        Assert.Equal(requests, await CountAsync(() => app.PostAsync("products", body)));
    }

    [Fact]
    public async Task Create_WithReferences_TakesOneRoundForAllOfThem()
    {
        var account = await app.CreateAsync("accounts");
        var body = new JsonObject { ["lastName"] = "Trip", ["accounts"] = new JsonArray(new JsonObject { ["accountId"] = account.Id() }) };

        Assert.Equal(2, await CountAsync(() => app.PostAsync("contacts", body)));
    }

    [Fact]
    public async Task PatchAndReplace_TakeTwo()
    {
        var contact = await app.CreateAsync("contacts");
        Assert.Equal(2, await CountAsync(() => app.PatchAsync(contact, new JsonObject { ["jobTitle"] = "CEO" })));

        contact = (await app.ReadAsync(contact)).Json;
        contact["jobTitle"] = "CTO";
        Assert.Equal(2, await CountAsync(() => app.ReplaceAsync(contact, contact)));
    }

    [Fact]
    public async Task Patch_OfAnOpenOpportunity_TakesTwo()
    {
        var sale = await app.CreateAsync("opportunities");

        Assert.Equal(2, await CountAsync(() => app.PatchAsync(sale, new JsonObject { ["nextStep"] = "call" })));
    }

    [Fact]
    public async Task Patch_ThatChangesNothing_TakesOne()
    {
        var contact = await app.CreateAsync("contacts");

        Assert.Equal(1, await CountAsync(() => app.PatchAsync(contact, new JsonObject { ["lastName"] = contact["lastName"]!.DeepClone() })));
    }

    [Fact]
    public async Task Delete_TakesTwoAndOnePerReferenceToTheCollection()
    {
        var contact = await app.CreateAsync("contacts");
        var references = app.Catalog.ReferencesTo("contacts").Count();
        (await app.DeleteAsync(await app.CreateAsync("contacts"))).Expect(204);

        Assert.Equal(2 + references, await CountAsync(() => app.DeleteAsync(contact)));
    }

    [Theory]
    [InlineData("lastName")]
    [InlineData("createdAt desc")]
    public async Task List_OfOnePage_TakesOneAndNoPlan(string order)
    {
        await app.CreateAsync("contacts");
        var plans = app.RoundTrips.QueryPlans;

        Assert.Equal(1, await CountAsync(() => app.ListAsync("contacts", ("orderby", order))));
        Assert.Equal(plans, app.RoundTrips.QueryPlans);
    }

    private async Task<int> CountAsync(Func<Task<Answer>> request)
    {
        // The tenant is read at most once in a while: not in what is counted.
        (await app.PostAsync("contacts", new JsonObject { ["lastName"] = "Warm" })).Expect(201);
        var before = app.RoundTrips.Count;
        Assert.True((int)(await request()).Status < 300);
        return app.RoundTrips.Count - before;
    }
}
