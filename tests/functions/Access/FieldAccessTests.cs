using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Access;

/// <summary>A field that one may not read is nowhere; one that one may not write stays as it is.</summary>
[Collection(SharedApp.Name)]
public sealed class FieldAccessTests(CrmApp app)
{
    private const string Secret = "birthday";

    /// <summary>Contacts without their birthday, and with job titles that others give.</summary>
    private async Task<HttpClient> ClientAsync()
    {
        JsonArray grants =
        [
            .. new[] { "contacts", "segments" }.Select(entity => new JsonObject { ["entity"] = entity, ["create"] = true, ["read"] = "all", ["update"] = "all" }),
            new JsonObject { ["entity"] = "accounts", ["read"] = "all" },
        ];
        return await app.ClientForAsync(await app.NewRoleAsync(grants,
        [
            new JsonObject { ["entity"] = "contacts", ["field"] = Secret },
            new JsonObject { ["entity"] = "contacts", ["field"] = "jobTitle", ["read"] = true },
        ]));
    }

    [Fact]
    public async Task HiddenField_IsInNoAnswer()
    {
        using var client = await ClientAsync();
        var contact = await app.CreateAsync("contacts", (Secret, "1980-02-03"), ("jobTitle", "CEO"));
        var patch = new JsonObject { ["salutation"] = "Dr" };

        Answer[] answers =
        [
            await client.SendAsync("GET", contact.Path()),
            await client.SendAsync("PATCH", contact.Path(), patch, ("If-Match", "*"), ("Idempotency-Key", "one")),
            await client.SendAsync("PATCH", contact.Path(), patch, ("If-Match", "*"), ("Idempotency-Key", "one")),
            await client.SendAsync("GET", $"/api/v1/contacts?filter=id eq '{contact.Id()}'"),
            await client.SendAsync("GET", $"/api/v1/contacts?filter=id eq '{contact.Id()}'&orderby=lastName"),
            await client.SendAsync("GET", "/schemas/contacts"),
        ];

        Assert.All(answers, answer => Assert.DoesNotContain(Secret, answer.Expect(200).Text, StringComparison.Ordinal));
        Assert.Contains("CEO", answers[0].Text, StringComparison.Ordinal);
        Assert.Contains("CEO", answers[3].Text, StringComparison.Ordinal);
        Assert.Equal("true", answers[2].Headers["Idempotent-Replayed"]);
    }

    [Theory]
    [InlineData("filter=birthday eq 1980-02-03")]
    [InlineData("filter=lastName eq 'x' and not (birthday ne null)")]
    [InlineData("orderby=birthday")]
    [InlineData("select=birthday")]
    public async Task HiddenField_IsUnknownToQueries(string query)
    {
        using var client = await ClientAsync();

        var refused = (await client.SendAsync("GET", $"/api/v1/contacts?{query}")).Expect(400);

        Assert.Equal("unknown-field", refused.Json["errors"]![0]!["code"]!.GetValue<string>());
        var segment = new JsonObject { ["name"] = CrmApp.Unique("s"), ["entity"] = "contacts", ["kind"] = "dynamic", ["filter"] = "birthday eq 1980-02-03" };
        (await client.SendAsync("POST", "/api/v1/segments", segment)).Expect(422).ExpectErrors("#/filter invalid-filter");
    }

    [Fact]
    public async Task HiddenField_IsInNoClash()
    {
        using var client = await ClientAsync();
        var contact = await app.CreateAsync("contacts", (Secret, "1980-02-03"));
        (await app.PatchAsync(contact, new JsonObject { [Secret] = "1990-05-06", ["salutation"] = "Dr" })).Expect(200);

        var stale = (await client.SendAsync("PATCH", contact.Path(), new JsonObject { ["salutation"] = "Prof", [Secret] = "2000-01-01" }, contact.IfMatch())).Expect(412);

        Assert.Equal("#/salutation", Assert.Single(stale.Json["clashes"]!.AsArray())!["pointer"]!.GetValue<string>());
        Assert.DoesNotContain("19", stale.Json["clashes"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LockedField_IsRefusedByPointer_AndKeptWhereItIsNotNamed()
    {
        using var client = await ClientAsync();
        var contact = await app.CreateAsync("contacts", (Secret, "1980-02-03"), ("jobTitle", "CEO"));
        var seen = (await client.SendAsync("GET", contact.Path())).Expect(200).Json;

        (await client.SendAsync("PATCH", contact.Path(), new JsonObject { ["jobTitle"] = "CTO" }, ("If-Match", "*"))).Expect(403, "forbidden").ExpectErrors("#/jobTitle forbidden");
        foreach (var guess in new[] { "1980-02-03", "1999-09-09" })
            (await client.SendAsync("PATCH", contact.Path(), new JsonObject { [Secret] = guess }, ("If-Match", "*"))).Expect(403).ExpectErrors($"#/{Secret} forbidden");
        (await client.SendAsync("POST", "/api/v1/contacts", new JsonObject { ["lastName"] = "New", ["jobTitle"] = "CTO" })).Expect(403).ExpectErrors("#/jobTitle forbidden");

        var whole = (JsonObject)seen.DeepClone();
        whole["salutation"] = "Dr";
        (await client.SendAsync("PUT", contact.Path(), whole, seen.IfMatch())).Expect(200);
        (await client.SendAsync("PUT", contact.Path(), new JsonObject { ["lastName"] = "Only" }, ("If-Match", "*"))).Expect(200);
        var kept = (await app.ReadAsync(contact)).Json;
        Assert.Equal(("1980-02-03", "CEO", "Only"), ((string?)kept[Secret], (string?)kept["jobTitle"], (string?)kept["lastName"]));
    }

    [Fact]
    public async Task HiddenField_OpenedByARoleThatReachesLess_StaysHidden()
    {
        var all = await app.NewRoleAsync([new JsonObject { ["entity"] = "contacts", ["read"] = "all" }], [new JsonObject { ["entity"] = "contacts", ["field"] = Secret }]);
        var own = await app.NewRoleAsync([new JsonObject { ["entity"] = "contacts", ["read"] = "own" }]);
        var open = await app.NewRoleAsync([new JsonObject { ["entity"] = "contacts", ["read"] = "all" }]);
        var contact = await app.CreateAsync("contacts", (Secret, "1980-02-03"));

        Assert.False((await (await app.ClientForAsync(all, own)).SendAsync("GET", contact.Path())).Expect(200).Json.ContainsKey(Secret));
        Assert.True((await (await app.ClientForAsync(all, own, open)).SendAsync("GET", contact.Path())).Expect(200).Json.ContainsKey(Secret));
    }
}
