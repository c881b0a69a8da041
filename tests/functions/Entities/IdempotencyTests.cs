using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>A request repeated with its Idempotency-Key is answered as it was the first time, and done once.</summary>
[Collection(SharedApp.Name)]
public sealed class IdempotencyTests(CrmApp app)
{
    [Theory]
    [InlineData("accounts")]
    [InlineData("products")]
    [InlineData("contacts")]
    public async Task Create_Repeated_IsAnsweredAsTheFirstTime(string collection)
    {
        var (body, key) = (await app.SampleAsync(collection), Key());
        var first = (await app.PostAsync(collection, body, key)).Expect(201);
        Assert.False(first.Headers.ContainsKey("Idempotent-Replayed"));
        ExpectReplay(first, await app.PostAsync(collection, body, key));

        var changed = (await app.PatchAsync(first.Json, new JsonObject { ["description"] = "changed", ["tags"] = new JsonArray() })).Expect(200);
        ExpectReplay(first, await app.PostAsync(collection, body, key));

        (await app.DeleteAsync(changed.Json)).Expect(204);
        ExpectReplay(first, await app.PostAsync(collection, body, key));
        (await app.ReadAsync(first.Json)).Expect(404);
    }

    [Fact]
    public async Task Create_RepeatedAfterWhatItRefersToIsGone_IsAnsweredAsTheFirstTime()
    {
        var maker = await app.CreateAsync("accounts");
        var (body, key) = (new JsonObject { ["name"] = CrmApp.Unique("widget"), ["makerId"] = maker.Id() }, Key());
        var first = (await app.PostAsync("widgets", body, key)).Expect(201);
        (await app.DeleteAsync(first.Json)).Expect(204);
        (await app.DeleteAsync(maker)).Expect(204);

        ExpectReplay(first, await app.PostAsync("widgets", body, key));
    }

    [Fact]
    public async Task Create_RepeatedAfterADelete_LeavesTheUniqueValueFree()
    {
        var (body, key) = (await app.SampleAsync("products"), Key());
        var first = (await app.PostAsync("products", body, key)).Expect(201);
        (await app.DeleteAsync(first.Json)).Expect(204);
        ExpectReplay(first, await app.PostAsync("products", body, key));

        (await app.PostAsync("products", body)).Expect(201);
        ExpectReplay(first, await app.PostAsync("products", body, key));
    }

    [Fact]
    public async Task Patch_Repeated_IsAnsweredAsTheFirstTime()
    {
        var (record, key) = (await app.CreateAsync("accounts"), Key());
        var patch = new JsonObject { ["employeeCount"] = 43, ["billingAddress"] = new JsonObject { ["city"] = "Bergen" }, ["rating"] = null };
        var first = (await app.PatchAsync(record, patch, key)).Expect(200);
        ExpectReplay(first, await app.PatchAsync(record, patch, key));

        var later = (await app.PatchAsync(first.Json, new JsonObject { ["employeeCount"] = 44, ["billingAddress"] = null, ["rating"] = "hot" })).Expect(200);
        ExpectReplay(first, await app.PatchAsync(record, patch, key));
        Assert.Equal(later.Text, (await app.ReadAsync(record)).Text);

        (await app.DeleteAsync(later.Json)).Expect(204);
        ExpectReplay(first, await app.PatchAsync(record, patch, key));
    }

    [Fact]
    public async Task Patch_ThatChangedNothing_IsNotDoneWhenRepeated()
    {
        var (record, key) = (await app.CreateAsync("accounts", ("rating", "warm")), Key());
        var patch = new JsonObject { ["rating"] = "warm" };
        var first = (await app.PatchAsync(record, patch, key)).Expect(200);
        (await app.PatchAsync(record, new JsonObject { ["rating"] = "hot" })).Expect(200);

        ExpectReplay(first, await app.SendAsync("PATCH", record.Path(), patch, ("If-Match", "*"), key));
        Assert.Equal("hot", (await app.ReadAsync(record)).Json["rating"]!.GetValue<string>());
    }

    [Fact]
    public async Task Key_WithAnotherBody_IsRefused()
    {
        var (body, key) = (await app.SampleAsync("accounts"), Key());
        var record = (await app.PostAsync("accounts", body, key)).Expect(201).Json;
        (await app.PatchAsync(record, new JsonObject { ["rating"] = "hot" }, key)).Expect(200);

        (await app.PatchAsync(record, new JsonObject { ["rating"] = "cold" }, key)).Expect(422, "idempotency-key-reused");
        body["rating"] = "hot";
        (await app.PostAsync("accounts", body, key)).Expect(422, "idempotency-key-reused");
        (await app.PostAsync("accounts", new JsonObject(), key)).Expect(422, "idempotency-key-reused");
    }

    [Fact]
    public async Task Key_InAnotherCollection_IsAnotherKey()
    {
        var key = Key();
        var first = (await app.PostAsync("accounts", await app.SampleAsync("accounts"), key)).Expect(201);

        Assert.NotEqual(first.Json.Id(), (await app.PostAsync("teams", await app.SampleAsync("teams"), key)).Expect(201).Json.Id());
    }

    [Theory]
    [InlineData(0, 400)]
    [InlineData(1, 201)]
    [InlineData(255, 201)]
    [InlineData(256, 400)]
    public async Task Key_IsOf1To255Characters(int length, int status)
    {
        var key = Guid.NewGuid().ToString("N") + new string('k', 255);

        (await app.PostAsync("contacts", new JsonObject { ["lastName"] = "Key" }, ("Idempotency-Key", length == 1 ? "1" : key[..length]))).Expect(status, status == 400 ? "invalid-idempotency-key" : null);
    }

    [Fact]
    public async Task Create_RepeatedManyTimesAtOnce_MakesOneRecord()
    {
        foreach (var collection in new[] { "contacts", "products" })
        {
            var (body, key) = (await app.SampleAsync(collection), Key());
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.PostAsync(collection, body, key)));

            Assert.All(answers, answer => Assert.Equal(answers[0].Text, answer.Expect(201).Text));
            Assert.Equal(19, answers.Count(answer => answer.Headers.ContainsKey("Idempotent-Replayed")));
            Assert.Equal("\"1\"", (await app.ReadAsync(answers[0].Json)).ETag);
        }
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("*")]
    public async Task Patch_RepeatedManyTimesAtOnce_IsDoneOnce(string condition)
    {
        var (record, key) = (await app.CreateAsync("contacts"), Key());
        var patch = new JsonObject { ["jobTitle"] = "CEO" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.SendAsync("PATCH", record.Path(), patch, ("If-Match", condition), key)));

        Assert.All(answers, answer => Assert.Equal(answers[0].Text, answer.Expect(200).Text));
        Assert.Equal("\"2\"", (await app.ReadAsync(record)).ETag);
    }

    [Fact]
    public async Task Create_ThatWasRefused_StoresNothing()
    {
        var (body, key) = (await app.SampleAsync("accounts"), Key());
        body["rating"] = "lukewarm";
        (await app.PostAsync("accounts", body, key)).Expect(422, "validation-failed");
        (await app.PostAsync("accounts", body, key)).Expect(422, "validation-failed");

        body["rating"] = "warm";
        Assert.False((await app.PostAsync("accounts", body, key)).Expect(201).Headers.ContainsKey("Idempotent-Replayed"));
    }

    private static (string, string) Key() => ("Idempotency-Key", Guid.NewGuid().ToString());

    private static void ExpectReplay(Answer first, Answer repeated)
    {
        repeated.Expect((int)first.Status);
        Assert.Equal("true", repeated.Headers["Idempotent-Replayed"]);
        Expectations.ExpectSame(first.Json, repeated.Json, "the body");
        Assert.Equal((first.ETag, first.Headers.GetValueOrDefault("Location")), (repeated.ETag, repeated.Headers.GetValueOrDefault("Location")));
    }
}
