using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>Two writers on one record: one wins, the other hears of it; nothing is merged silently.</summary>
[Collection(SharedApp.Name)]
public sealed class OptimisticConcurrencyTests(CrmApp app)
{
    private const int Writers = 16;

    [Fact]
    public async Task Patches_OfOneVersionAtOnce_SucceedOnce()
    {
        var record = await app.CreateAsync("accounts");
        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => app.PatchAsync(record, new JsonObject { ["employeeCount"] = 1000 + writer })));
        var winner = Assert.Single(answers, answer => (int)answer.Status == 200);

        Assert.All(answers.Except([winner]), answer => Assert.Equal("\"2\"", answer.Expect(412, "stale").Json["currentEtag"]!.GetValue<string>()));
        Assert.Equal(winner.Text, (await app.ReadAsync(record)).Text);
    }

    [Fact]
    public async Task Deletes_OfOneVersionAtOnce_SucceedOnce()
    {
        var record = await app.CreateAsync("accounts");
        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => app.DeleteAsync(record)));

        Assert.Single(answers, answer => (int)answer.Status == 204);
        Assert.All(answers.Where(answer => (int)answer.Status != 204), answer => answer.Expect(404, "not-found"));
    }

    [Fact]
    public async Task Patches_OfWhateverIsThere_EachMakeAVersionOrAreRefused()
    {
        var record = await app.CreateAsync("accounts", ("tags", new JsonArray()));
        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer =>
            app.SendAsync("PATCH", record.Path(), new JsonObject { [writer % 2 == 0 ? "employeeCount" : "annualRevenue"] = 1000 + writer }, ("If-Match", "*"))));
        var done = answers.Where(answer => (int)answer.Status == 200).OrderBy(answer => answer.Json["version"]!.GetValue<int>()).ToList();

        Assert.All(answers.Except(done), answer => answer.Expect(409, "conflict"));
        Assert.Equal(Enumerable.Range(2, done.Count), done.Select(answer => answer.Json["version"]!.GetValue<int>()));
        var documents = await app.DocumentsAsync(record);
        Assert.Equal(done.Count + 1, documents.Count(document => document["kind"]!.GetValue<string>() == "change"));
        Assert.All(documents.Where(document => document["kind"]!.GetValue<string>() == "change" && document["version"]!.GetValue<int>() > 1), document => Assert.Single(document["changes"]!.AsArray()));
        Assert.Equal(done[^1].Text, (await app.ReadAsync(record)).Text);
    }

    [Fact]
    public async Task PatchAndDelete_AtOnce_LeaveNoRecordBehindThatWasDeleted()
    {
        var record = await app.CreateAsync("accounts");
        var deleting = app.SendAsync("DELETE", record.Path(), null, ("If-Match", "*"));
        var patches = await Task.WhenAll(Enumerable.Range(0, Writers / 2).Select(writer => app.SendAsync("PATCH", record.Path(), new JsonObject { ["employeeCount"] = 1000 + writer }, ("If-Match", "*"))));
        var deleted = (int)(await deleting).Status == 204;

        Assert.All(patches, patch => Assert.Contains((int)patch.Status, new[] { 200, 404, 409 }));
        (await app.ReadAsync(record)).Expect(deleted ? 404 : 200);
    }
}
