using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Schema;

namespace Crm.Tests.Fixtures;

/// <summary>Every collection that the generic routes serve and create, <c>widgets</c> among them: what the theories over the catalog run over.</summary>
public static class Catalogued
{
    private static readonly Dictionary<string, EntityType> Types = EntityCatalog.BuiltIn
        .Where(type => type.Exposed && type.MadeBy is null)
        .Append(EntityType.Of<Widget>("widgets"))
        .ToDictionary(type => type.Collection);

    /// <summary>What the rules of an entity demand of its sample, though the field table calls it optional.</summary>
    private static readonly HashSet<string> Demanded = ["campaigns/consentPurpose", "cases/comments", "cases/customerId", "customers/accountId", "leads/lastName"];

    public static IReadOnlyCollection<string> Names => Types.Keys;

    public static TheoryData<string> Collections => [.. Types.Keys];

    /// <summary>Those whose field table requires something.</summary>
    public static TheoryData<string> Demanding => [.. Types.Values.Where(type => type.Fields.Values.Any(known => known.Required)).Select(type => type.Collection)];

    public static EntityType Type(string collection) => Types[collection];

    public static IEnumerable<Field> Writable(this EntityType type) => type.Fields.Values.Where(field => !field.ServerSet);

    public static IEnumerable<Field> Optional(this EntityType type) => type.Writable().Where(field => !type.Demands(field));

    /// <summary>Of a body, what the entity requires.</summary>
    public static JsonObject RequiredPart(this EntityType type, JsonObject body) =>
        new(body.Where(member => type.Demands(type.Fields[member.Key])).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

    private static bool Demands(this EntityType type, Field field) => field.Required || Demanded.Contains($"{type.Collection}/{field.Name}");

    /// <summary>Optional fields of a record are as in one that was created without them. The owner is kept, so it is looked at elsewhere.</summary>
    public static void ExpectDefaults(this EntityType type, JsonObject bare, JsonObject record) =>
        Assert.All(type.Optional().Where(field => field.Name != "ownerId"), field => Expectations.ExpectSame(bare[field.Name], record[field.Name], field.Name));

    /// <summary>What was sent stands in the record as it was sent, or in the normal form that its field declares.</summary>
    internal static void ExpectEcho(this EntityType type, JsonObject sent, JsonObject got) => ExpectEcho(type.Fields, sent, got, "#");

    private static void ExpectEcho(IReadOnlyDictionary<string, Field> fields, JsonObject sent, JsonObject got, string pointer)
    {
        foreach (var (name, value) in sent)
            ExpectEcho(fields[name], value!, got[name], $"{pointer}/{name}");
    }

    private static void ExpectEcho(Field field, JsonNode sent, JsonNode? got, string pointer)
    {
        switch (field.Kind)
        {
            case FieldKind.List:
                Assert.Equal(sent.AsArray().Count, got!.AsArray().Count);
                foreach (var (element, index) in sent.AsArray().Select((element, index) => (element!, index)))
                    ExpectEcho(field.Element!, element, got[index], $"{pointer}/{index}");
                break;
            case FieldKind.Object:
                ExpectEcho(field.Fields, (JsonObject)sent, (JsonObject)got!, pointer);
                break;
            case FieldKind.DateTime:
                Assert.Equal(sent.Time(), got.Time());
                break;
            default:
                Expectations.ExpectSame(field.Form is { } form ? TextForms.Normalize(form, sent.GetValue<string>()) : sent, got, pointer);
                break;
        }
    }
}
