using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>Field errors, for every field of every collection: all at once, each at its pointer.</summary>
[Collection(SharedApp.Name)]
public sealed class CatalogTheoriesValidation(CrmApp app)
{
    private static readonly HashSet<string> Everything = ["type"];

    public static TheoryData<string> Collections => Catalogued.Collections;

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithTheWrongTypeInEveryField_NamesEachOfThem(string collection)
    {
        var fields = Catalogued.Type(collection).Writable().ToList();
        var body = new JsonObject(fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)FieldValues.OfWrongType(field))));

        await RefusedAsync(collection, body, fields.Select(field => $"#/{field.Name}"), Everything);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithTheWrongTypeInEveryNestedField_NamesEachOfThem(string collection)
    {
        var (body, pointers) = FieldValues.Fill(Catalogued.Type(collection).Fields, FieldValues.OfWrongType);

        await RefusedAsync(collection, body, pointers, Everything);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithTextTooLongInEveryField_NamesEachOfThem(string collection)
    {
        var (body, pointers) = FieldValues.Fill(Catalogued.Type(collection).Fields, field => field.Kind == FieldKind.Text ? new string('x', field.MaxLength + 1) : null);

        await RefusedAsync(collection, body, pointers, ["max-length"]);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithListsTooLong_NamesEachOfThem(string collection)
    {
        var lists = Catalogued.Type(collection).Writable().Where(field => field.Kind == FieldKind.List).ToList();
        var body = new JsonObject(lists.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)new JsonArray(new JsonNode?[field.MaxLength + 1]))));

        await RefusedAsync(collection, body, lists.Select(field => $"#/{field.Name}"), ["max-length"]);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithNullElements_NamesEachOfThem(string collection)
    {
        var lists = Catalogued.Type(collection).Writable().Where(field => field.Kind == FieldKind.List).ToList();
        var body = new JsonObject(lists.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)new JsonArray((JsonNode?)null))));

        await RefusedAsync(collection, body, lists.Select(field => $"#/{field.Name}/0"), Everything);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithValuesOutsideASelectOrForm_NamesEachOfThem(string collection)
    {
        var (body, pointers) = FieldValues.Fill(Catalogued.Type(collection).Fields, field => field switch
        {
            { Kind: FieldKind.Select or FieldKind.Date or FieldKind.DateTime } => "no such thing",
            { Form: not null } => "no such thing",
            _ => null,
        });

        await RefusedAsync(collection, body, pointers, ["not-allowed", "format"]);
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithNumbersOutOfBounds_NamesEachOfThem(string collection)
    {
        foreach (var number in new[] { "1e400", "-1e400", "1e28", "1e15", "12345678901234567", "0.12345678901234567", "1e-40", "1.00000000000000000000000000000000000001" })
        {
            var (body, pointers) = FieldValues.Fill(Catalogued.Type(collection).Fields, field => field.Kind is FieldKind.Decimal or FieldKind.Integer ? JsonNode.Parse(number) : null);

            await RefusedAsync(collection, body, pointers, ["precision", "scale", "max", "min"]);
        }
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Write_WithAReferenceToNothing_NamesItsPlace(string collection)
    {
        var type = Catalogued.Type(collection);
        var (record, sample) = (await app.CreateAsync(collection), await app.SampleAsync(collection));
        foreach (var path in type.References.Where(path => !type.Fields[path.Steps[0]].ServerSet))
        {
            foreach (var id in new[] { Guid.CreateVersion7().ToString(), "no/such id", "🚢", new('x', 65) })
            {
                var body = (JsonObject)sample.DeepClone();
                var pointer = FieldValues.Put(body, type.Fields, path.Steps, Reference(path, id));
                Assert.Contains($"{pointer} unknown-reference", (await app.PostAsync(collection, body)).Expect(422).Errors);

                var patch = new JsonObject();
                FieldValues.Put(patch, type.Fields, path.Steps, Reference(path, id));
                Assert.Contains($"{pointer} unknown-reference", (await app.PatchAsync(record, patch)).Expect(422).Errors);
            }
        }
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task Create_WithTextAsLongAsItMayBe_CountsCharactersNotBytes(string collection)
    {
        var text = string.Concat(Enumerable.Repeat("🚢", 20_000));

        Assert.Equal(text, (await app.CreateAsync(collection, ("description", text)))["description"]!.GetValue<string>());
    }

    private static JsonNode Reference(ReferencePath path, string id) =>
        path.IsLink ? new JsonObject { ["type"] = path.Reference.Collections[0], ["id"] = id } : JsonValue.Create(id);

    /// <summary>Sends what is wrong as a create and as a patch; expects an error at every pointer, with one of the codes.</summary>
    private async Task RefusedAsync(string collection, JsonObject wrong, IEnumerable<string> pointers, HashSet<string> codes)
    {
        var record = await app.CreateAsync(collection);
        var body = await app.SampleAsync(collection);
        foreach (var (name, value) in wrong)
            body[name] = value?.DeepClone();

        foreach (var answer in new[] { await app.PostAsync(collection, body), await app.PatchAsync(record, wrong) })
        {
            var errors = answer.Expect(pointers.Any() ? 422 : (int)answer.Status).Errors.Select(error => error.Split(' ')).Where(error => codes.Contains(error[1]));
            Assert.Equal(pointers.Order(StringComparer.Ordinal), errors.Select(error => error[0]).Order(StringComparer.Ordinal));
        }
    }
}
