using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>Replacing, patching and deleting, for every collection there is.</summary>
[Collection(SharedApp.Name)]
public sealed class CatalogTheoriesUpdate(CrmApp app)
{
    public static TheoryData<string> Collections => Catalogued.Collections;

    public static TheoryData<string> Demanding => Catalogued.Demanding;

    [Theory, MemberData(nameof(Collections))]
    public async Task Replace_WithTheWholeReadBody_IsAccepted(string collection)
    {
        var record = await app.CreateAsync(collection);
        (await app.ReplaceAsync(record, record.DeepClone())).Expect(200);
        var changed = (JsonObject)record.DeepClone();
        changed["description"] = "changed";
        var replaced = (await app.ReplaceAsync(record, changed)).Expect(200);

        Assert.Equal("\"2\"", replaced.ETag);
        var expected = (JsonObject)changed.DeepClone();
        (expected["version"], expected["etag"], expected["updatedAt"]) = (2, "\"2\"", replaced.Json["updatedAt"]!.DeepClone());
        Expectations.ExpectSame(expected, replaced.Json, "the record");
        Assert.Equal(replaced.Text, (await app.ReadAsync(record)).Text);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Replace_WithRequiredFieldsOnly_SetsTheRestToItsDefaults(string collection)
    {
        var type = Catalogued.Type(collection);
        var record = await app.CreateAsync(collection);
        var required = type.RequiredPart(record);
        var replaced = (await app.ReplaceAsync(record, required)).Expect(200).Json;

        Assert.All(required, member => Expectations.ExpectSame(member.Value, replaced[member.Key], member.Key));
        type.ExpectDefaults(await app.CreateBareAsync(collection), replaced);
        Expectations.ExpectSame(record["createdAt"], replaced["createdAt"], "createdAt");
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Replace_WithOtherServerSetValues_IsRefusedByEachOfThem(string collection)
    {
        var record = await app.CreateAsync(collection);
        var body = (JsonObject)record.DeepClone();
        foreach (var field in Catalogued.Type(collection).Fields.Values.Where(field => field.ServerSet))
            body[field.Name] = "other";

        (await app.ReplaceAsync(record, body)).Expect(422).ExpectErrors(
            Catalogued.Type(collection).Fields.Values.Where(field => field.ServerSet).Select(field => $"#/{field.Name} read-only"));
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Patch_OfEveryScalar_ChangesThoseAlone(string collection)
    {
        var record = await app.CreateAsync(collection);
        var patch = CatalogRecords.OtherScalars(record);
        var patched = (await app.PatchAsync(record, patch)).Expect(200);

        Assert.Equal("\"2\"", patched.ETag);
        Assert.All(patch, member => Expectations.ExpectSame(member.Value, patched.Json[member.Key], member.Key));
        Assert.All(
            Catalogued.Type(collection).Writable().Where(field => !patch.ContainsKey(field.Name)),
            field => Expectations.ExpectSame(record[field.Name], patched.Json[field.Name], field.Name));
        Assert.Equal(patched.Text, (await app.ReadAsync(record)).Text);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Patch_WithNulls_SetsThoseFieldsToTheirDefaults(string collection)
    {
        var type = Catalogued.Type(collection);
        var record = await app.CreateAsync(collection);
        var patch = new JsonObject(type.Optional().Select(field => KeyValuePair.Create(field.Name, (JsonNode?)null)));

        type.ExpectDefaults(await app.CreateBareAsync(collection), (await app.PatchAsync(record, patch)).Expect(200).Json);
    }

    [Theory, MemberData(nameof(Demanding))]
    public async Task Patch_OfARequiredFieldWithNull_IsRefused(string collection)
    {
        var required = Catalogued.Type(collection).Fields.Values.Where(field => field.Required).Select(field => field.Name).ToList();
        var patch = new JsonObject(required.Select(name => KeyValuePair.Create(name, (JsonNode?)null)));

        (await app.PatchAsync(await app.CreateAsync(collection), patch)).Expect(422).ExpectErrors(required.Select(name => $"#/{name} required"));
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Patch_OfANestedObject_MergesItsMembers(string collection)
    {
        var record = await app.CreateAsync(collection);
        foreach (var field in Catalogued.Type(collection).Writable().Where(field => field is { Kind: FieldKind.Object, Reference: null } && record[field.Name] is not null))
        {
            var member = field.Fields.Values.First(member => record[field.Name]![member.Name] is not null);
            var other = FieldValues.Other(member, record[field.Name]![member.Name])!;
            var expected = (JsonObject)record[field.Name]!.DeepClone();
            expected[member.Name] = other.DeepClone();
            record = (await app.PatchAsync(record, new JsonObject { [field.Name] = new JsonObject { [member.Name] = other } })).Expect(200).Json;
            Expectations.ExpectSame(expected, record[field.Name], field.Name);
        }
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Patch_OfAList_ReplacesItWhole(string collection)
    {
        var record = await app.CreateAsync(collection);
        record = (await app.PatchAsync(record, new JsonObject { ["tags"] = new JsonArray("a", "b") })).Expect(200).Json;
        record = (await app.PatchAsync(record, new JsonObject { ["tags"] = new JsonArray("c") })).Expect(200).Json;
        Assert.Equal("c", Assert.Single(record["tags"]!.AsArray())!.GetValue<string>());

        var lists = Catalogued.Type(collection).Optional().Where(field => field is { Kind: FieldKind.List, MinLength: 0 }).ToList();
        foreach (var field in lists)
            record = (await app.PatchAsync(record, new JsonObject { [field.Name] = new JsonArray() })).Expect(200).Json;
        Assert.All(lists, field => Assert.Empty(record[field.Name]!.AsArray()));
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Patch_ThatChangesNothing_AnswersTheRecordAsItIs(string collection)
    {
        var record = await app.CreateAsync(collection);
        var writable = new JsonObject(record.Where(member => !Catalogued.Type(collection).Fields[member.Key].ServerSet).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        foreach (var patch in new[] { [], writable })
        {
            var patched = (await app.PatchAsync(record, patch)).Expect(200);
            Assert.Equal("\"1\"", patched.ETag);
            Expectations.ExpectSame(record, patched.Json, "the record");
        }

        Assert.Equal(2, (await app.DocumentsAsync(record)).Count);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Patch_OfServerSetAndUnknownFields_IsRefusedByEachOfThem(string collection)
    {
        var record = await app.CreateAsync(collection);
        var serverSet = Catalogued.Type(collection).Fields.Values.Where(field => field.ServerSet).Select(field => field.Name).ToList();
        var patch = new JsonObject(serverSet.Select(name => KeyValuePair.Create(name, (JsonNode?)"x")));
        (await app.PatchAsync(record, patch)).Expect(422).ExpectErrors(serverSet.Select(name => $"#/{name} read-only"));

        patch["nöpe/~"] = null;
        (await app.PatchAsync(record, patch)).Expect(400).ExpectErrors([.. serverSet.Select(name => $"#/{name} read-only"), "#/n%C3%B6pe~1~0 unknown-field"]);
        Assert.Equal("\"1\"", (await app.ReadAsync(record)).ETag);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Delete_ThenAnything_Answers404(string collection)
    {
        var record = await app.CreateAsync(collection);
        Assert.Equal("", (await app.DeleteAsync(record)).Expect(204).Text);

        (await app.ReadAsync(record)).Expect(404, "not-found");
        (await app.DeleteAsync(record)).Expect(404, "not-found");
        (await app.PatchAsync(record, new JsonObject())).Expect(404, "not-found");
        (await app.ReplaceAsync(record, record)).Expect(404, "not-found");
    }
}
