using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Access;
using Crm.Entities.Changes;
using Crm.Platform.Json;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>What the database holds beside a record: one change document per version, each chained to the one before.</summary>
[Collection(SharedApp.Name)]
public sealed class HistoryDocumentTests(CrmApp app)
{
    [Fact]
    public async Task Record_AfterEveryKindOfWrite_HasOneChangePerVersionInAChain()
    {
        var (documents, changes) = await LifeAsync();
        var tombstone = documents.Single(document => document["kind"]!.GetValue<string>() == "tombstone");

        Assert.Equal(["create", "update", "update", "delete"], changes.Select(change => change.Action));
        Assert.Equal([1, 2, 3, 4], changes.Select(change => change.Version));
        Assert.Equal(["change:1", "change:2", "change:3", "change:4"], changes.Select(change => change.Id));
        Assert.Equal(["", .. changes.SkipLast(1).Select(change => change.Hash)], changes.Select(change => change.PrevHash));
        Assert.All(changes, change => Assert.Equal(change.Hash, change.ComputeHash()));
        Assert.Equal((4, changes[^1].Hash), (tombstone["version"]!.GetValue<int>(), tombstone["hash"]!.GetValue<string>()));
        Assert.False(tombstone.ContainsKey("data") || tombstone.ContainsKey("sort"));
        Assert.All(changes, change => Assert.Equal((FirstTenant.AdminId, "api"), (change.Actor.Id, change.Source)));
        Assert.Equal(
            ["contact.created", "contact.updated", "contact.updated", "contact.deleted"], changes.SelectMany(change => change.Events));
    }

    [Fact]
    public async Task Documents_SayTheirKindAndSchemaVersion()
    {
        var (documents, _) = await LifeAsync();

        Assert.All(documents, document => Assert.Equal(1, document["schemaVersion"]!.GetValue<int>()));
        Assert.All(
            documents.Where(document => document["kind"]!.GetValue<string>() is "change" or "idem"),
            document => Assert.Equal(30 * 24 * 60 * 60, document["ttl"]!.GetValue<int>()));
        Assert.All(documents.Where(document => document["kind"]!.GetValue<string>() is "tombstone" or "record"), document => Assert.False(document.ContainsKey("ttl")));
        var idempotency = documents.Single(document => document["kind"]!.GetValue<string>() == "idem");
        Assert.Equal((201, 1), (idempotency["status"]!.GetValue<int>(), idempotency["version"]!.GetValue<int>()));
        Assert.StartsWith("idem:", idempotency.Id(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_HoldsTheChangedFieldsAlone()
    {
        var (_, changes) = await LifeAsync();

        Assert.Equal(["/jobTitle", "/mailingAddress/city"], changes[1].Changes.Select(field => field.Path).Order(StringComparer.Ordinal));
        var title = changes[1].Changes.Single(field => field.Path == "/jobTitle");
        Assert.Equal(("Chief Financial Officer", "CEO", null), (title.Before!.GetValue<string>(), title.After!.GetValue<string>(), title.Personal));
        Assert.Equal(["/tags"], changes[2].Changes.Select(field => field.Path));
        Assert.All(changes[0].Changes, field => Assert.Null(field.Before));
        Assert.All(changes[3].Changes, field => Assert.Null(field.After));
    }

    [Fact]
    public async Task Change_TamperedWith_NoLongerVerifies()
    {
        var change = (await LifeAsync()).Changes[1];
        var title = change.Changes.Single(field => field.Path == "/jobTitle");

        Change[] forged =
        [
            change with { Action = "create" }, change with { Version = 3 }, change with { PrevHash = "" }, change with { OccurredAt = change.OccurredAt.AddSeconds(1) },
            change with { RecordId = "other" }, change with { Actor = change.Actor with { Name = "Somebody else" } }, change with { Events = [] },
            change with { Changes = [.. change.Changes.Where(field => field != title)] }, change with { Changes = [.. change.Changes.Where(field => field != title), title with { After = "CTO" }] },
        ];
        Assert.All(forged, forgery => Assert.NotEqual(change.Hash, forgery.ComputeHash()));
    }

    [Fact]
    public async Task Change_WithItsPersonalValuesErased_StillVerifies()
    {
        foreach (var change in (await LifeAsync()).Changes)
        {
            var erased = change with { Changes = [.. change.Changes.Select(field => field.Personal == true ? field with { Before = null, After = null, Salt = null } : field)] };
            Assert.Equal(change.Hash, erased.ComputeHash());
            Assert.Equal(change.Hash, Reread(erased).ComputeHash());
        }
    }

    [Fact]
    public async Task PersonalValues_AreMarkedAndSalted()
    {
        var (documents, changes) = await LifeAsync();
        var personal = changes[0].Changes.Where(field => field.Personal == true).ToList();

        Assert.Superset(new HashSet<string>(["/firstName", "/lastName", "/fullName", "/emails", "/phones", "/birthday", "/mailingAddress/city"]), personal.Select(field => field.Path).ToHashSet());
        Assert.Equal(personal.Count, personal.Select(field => field.Salt).Distinct().Count());
        Assert.All(personal, field => Assert.NotEqual(field.Digests!.Before, field.Digests.After));
        Assert.DoesNotContain(changes[0].Changes, field => field.Personal is null && field.After?.ToJsonString().Contains("Zoë", StringComparison.Ordinal) == true);
        Assert.NotEmpty(documents);
    }

    [Fact]
    public async Task LiveRecord_StandsAtTheVersionAndHashOfItsLastChange()
    {
        var record = await app.CreateAsync("contacts");
        record = (await app.PatchAsync(record, new JsonObject { ["jobTitle"] = "CEO" })).Expect(200).Json;
        var documents = await app.DocumentsAsync(record);
        var stored = documents.Single(document => document["kind"]!.GetValue<string>() == "record");

        Expectations.ExpectSame(record, stored["data"], "the stored record");
        Assert.Equal(Changes(documents)[^1].Hash, stored["hash"]!.GetValue<string>());
        Assert.Equal(2, stored["version"]!.GetValue<int>());
        Assert.False(record.ContainsKey("tenantId"));
    }

    [Fact]
    public async Task Changes_UndoneOneByOne_GiveEveryStateThereWas()
    {
        var record = await app.CreateAsync("contacts");
        var states = new List<JsonObject> { record };
        foreach (var patch in new JsonObject[] { new() { ["mailingAddress"] = null }, new() { ["emails"] = new JsonArray() }, new() { ["mailingAddress"] = new JsonObject { ["city"] = "Ulm" } } })
            states.Add((await app.PatchAsync(states[^1], patch)).Expect(200).Json);

        var changes = Changes(await app.DocumentsAsync(record));
        for (var version = states.Count; version > 1; version--)
        {
            var before = Diff.Undo(states[version - 1], changes[version - 1]);
            Assert.All(states[version - 2].Where(member => member.Key is not ("version" or "etag" or "updatedAt" or "updatedBy")), member => Expectations.ExpectSame(member.Value, before[member.Key], member.Key));
        }
    }

    /// <summary>A contact created with a key, patched, replaced and deleted: its documents.</summary>
    private async Task<(IReadOnlyList<JsonObject> Documents, IReadOnlyList<Change> Changes)> LifeAsync()
    {
        var created = (await app.PostAsync("contacts", await app.SampleAsync("contacts"), ("Idempotency-Key", Guid.NewGuid().ToString()))).Expect(201).Json;
        var patched = (await app.PatchAsync(created, new JsonObject { ["jobTitle"] = "CEO", ["mailingAddress"] = new JsonObject { ["city"] = "Köln" } })).Expect(200).Json;
        patched["tags"] = new JsonArray("moved");
        (await app.DeleteAsync((await app.ReplaceAsync(patched, patched)).Expect(200).Json)).Expect(204);
        var documents = await app.DocumentsAsync(created);
        Assert.Equal(6, documents.Count);
        return (documents, Changes(documents));
    }

    private static IReadOnlyList<Change> Changes(IEnumerable<JsonObject> documents) =>
        [.. documents.Where(document => document["kind"]!.GetValue<string>() == "change").Select(document => document.Deserialize<Change>(CrmJson.Options)!).OrderBy(change => change.Version)];

    private static Change Reread(Change change) => JsonSerializer.Deserialize<Change>(change.ToBytes().Span, CrmJson.Options)!;
}
