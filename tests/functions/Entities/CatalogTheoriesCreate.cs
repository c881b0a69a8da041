using System.Text.Json.Nodes;
using Crm.Access;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>Creating records, for every collection there is.</summary>
[Collection(SharedApp.Name)]
public sealed class CatalogTheoriesCreate(CrmApp app)
{
    public static TheoryData<string> Collections => Catalogued.Collections;

    public static TheoryData<string> Demanding => Catalogued.Demanding;

    [Theory, MemberData(nameof(Collections))]
    public async Task Create_WithTheSample_EchoesEveryField(string collection)
    {
        var sample = await app.SampleAsync(collection);
        var created = (await app.PostAsync(collection, sample)).Expect(201);

        Catalogued.Type(collection).ExpectEcho(sample, created.Json);
        foreach (var text in sample.Where(member => member.Key is "name" or "lastName" or "description").Select(member => member.Value!.GetValue<string>()))
            Assert.Contains($"\"{text}\"", created.Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Create_Answers201WithLocationAndFirstETag(string collection)
    {
        var created = (await app.PostAsync(collection, await app.SampleAsync(collection))).Expect(201);

        Assert.Equal("\"1\"", created.ETag);
        Assert.True(new Uri(created.Headers["Location"]).IsAbsoluteUri);
        var read = (await app.SendAsync("GET", created.Headers["Location"])).Expect(200);
        Assert.Equal(created.Record.ToJsonString(), read.Json.ToJsonString());
        Assert.Equal(created.ETag, read.ETag);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Create_WithRequiredFieldsOnly_FillsTheEnvelope(string collection)
    {
        var bare = await app.CreateBareAsync(collection);

        Assert.Equal((collection, 1, "\"1\""), (bare["type"]!.GetValue<string>(), bare["version"]!.GetValue<int>(), bare["etag"]!.GetValue<string>()));
        Assert.Equal(7, Guid.Parse(bare.Id()).Version);
        Assert.Equal(bare["createdAt"]!.GetValue<string>(), bare["updatedAt"]!.GetValue<string>());
        Assert.EndsWith("Z", bare["createdAt"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.All(["createdBy", "updatedBy"], by => Assert.Equal($"user {FirstTenant.AdminId} Administrator", $"{bare[by]!["kind"]} {bare[by]!["id"]} {bare[by]!["name"]}"));
        Assert.Equal(FirstTenant.AdminId, bare["ownerId"]!.GetValue<string>());
        Assert.All(["teamIds", "externalIds", "tags"], list => Assert.Empty(bare[list]!.AsArray()));
        Assert.False(bare.ContainsKey("deletedAt") || bare.ContainsKey("tenantId") || bare.ContainsKey("custom"));
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Create_WithNulls_IsAsWithoutThoseFields(string collection)
    {
        var type = Catalogued.Type(collection);
        var body = type.RequiredPart(await app.SampleAsync(collection));
        foreach (var field in type.Optional())
            body[field.Name] = null;

        type.ExpectDefaults(await app.CreateBareAsync(collection), (await app.PostAsync(collection, body)).Expect(201).Json);
    }

    [Theory, MemberData(nameof(Demanding))]
    public async Task Create_WithoutRequiredFields_NamesAllOfThem(string collection)
    {
        var required = Catalogued.Type(collection).Fields.Values.Where(field => field.Required).Select(field => $"#/{field.Name} required").ToList();

        (await app.PostAsync(collection, new JsonObject())).Expect(422, "validation-failed").ExpectErrors(required);
    }

    [Theory, MemberData(nameof(Demanding))]
    public async Task Create_WithAMisspeltRequiredField_NamesBothTheFieldAndTheMissingOne(string collection)
    {
        var required = Catalogued.Type(collection).Fields.Values.Where(field => field.Required).Select(field => field.Name).ToList();
        var body = new JsonObject(required.Select(name => KeyValuePair.Create(name + "s", (JsonNode?)"x")));

        (await app.PostAsync(collection, body)).Expect(400, "validation-failed")
            .ExpectErrors(required.SelectMany(name => new[] { $"#/{name} required", $"#/{name}s unknown-field" }));
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Create_WithServerSetFields_IsRefusedByEachOfThem(string collection)
    {
        var body = await app.SampleAsync(collection);
        var serverSet = Catalogued.Type(collection).Fields.Values.Where(field => field.ServerSet).Select(field => field.Name).ToList();
        foreach (var name in serverSet)
            body[name] = "x";

        (await app.PostAsync(collection, body)).Expect(422).ExpectErrors(serverSet.Select(name => $"#/{name} read-only"));
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Create_WithCustomFields_IsRefusedUntilSomeAreDefined(string collection)
    {
        var body = await app.SampleAsync(collection);
        body["custom"] = new JsonObject { ["shoe/size"] = 42 };

        (await app.PostAsync(collection, body)).Expect(400).ExpectErrors("#/custom/shoe~1size unknown-field");
    }
}
