using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Conventions;

/// <summary>An entity is a record, a line and a sample, and every part of it is one the generic code knows.</summary>
public sealed partial class CatalogTests
{
    public static TheoryData<string> Collections => Catalogued.Collections;

    [Theory, MemberData(nameof(Collections))]
    public void Sample_HasEveryRequiredField(string collection)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Samples", $"{collection}.json");
        Assert.True(File.Exists(file), $"tests/Samples/{collection}.json is missing.");
        var sample = (JsonObject)JsonNode.Parse(File.ReadAllText(file))!;
        var type = Catalogued.Type(collection);

        Assert.All(type.Fields.Values.Where(field => field.Required), field => Assert.True(sample.ContainsKey(field.Name), $"{collection}.json lacks {field.Name}."));
        Assert.All(sample, member => Assert.True(type.Fields.TryGetValue(member.Key, out var field) && !field.ServerSet, $"{collection}.json has {member.Key}."));
    }

    [Fact]
    public void Samples_AreOneForEachCollection()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Samples"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!);

        Assert.Equal(Catalogued.Names.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Names_AreKebabCaseAndUnique()
    {
        Assert.All(EntityCatalog.BuiltIn, type => Assert.Matches(KebabCase(), type.Collection));
        Assert.All(EntityCatalog.BuiltIn, type => Assert.Matches(KebabCase(), type.Name));
        Assert.Equal(EntityCatalog.BuiltIn.Count, EntityCatalog.BuiltIn.Select(type => type.Collection).Distinct().Count());
        Assert.Equal(EntityCatalog.BuiltIn.Count, EntityCatalog.BuiltIn.Select(type => type.Record).Distinct().Count());
    }

    [Fact]
    public void Properties_AreFieldsOfAKnownKind() => Assert.All(EntityCatalog.BuiltIn, type =>
    {
        var properties = type.Record.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(property.Name));
        Assert.Equal(properties.Order(StringComparer.Ordinal), type.Fields.Keys.Order(StringComparer.Ordinal));
        Assert.All(type.Fields.Values, field => ExpectKnown(field, $"{type.Collection}.{field.Name}"));
    });

    [Fact]
    public void References_NameCollectionsThereAre()
    {
        var collections = EntityCatalog.BuiltIn.Select(type => type.Collection).ToHashSet();

        Assert.All(EntityCatalog.BuiltIn.SelectMany(type => type.References), path => Assert.Subset(collections, path.Reference.Collections.ToHashSet()));
    }

    [Fact]
    public void SortableFields_AreScalars() => Assert.All(
        EntityCatalog.BuiltIn.SelectMany(type => type.Fields.Values).Where(field => field.Sortable),
        field => Assert.False(field.Kind is FieldKind.List or FieldKind.Object or FieldKind.Json, field.Name));

    /// <summary>A type the schema reader has not been taught reads as an object: of what the runtime calls its members, or of none.</summary>
    private static void ExpectKnown(Field field, string path)
    {
        Assert.Equal(field.Kind == FieldKind.Select, field.Values.Count > 0);
        Assert.Equal(field.Kind == FieldKind.List, field.Element is not null);
        Assert.True(field.Kind == FieldKind.Object == field.Fields.Count > 0, path);
        if (field.Element is not null)
            ExpectKnown(field.Element, path + "[]");
        foreach (var member in field.Fields.Values)
        {
            Assert.Matches("^[a-z][A-Za-z0-9]*$", member.Name);
            ExpectKnown(member, $"{path}.{member.Name}");
        }
    }

    [GeneratedRegex("^[a-z]+(-[a-z]+)*$")]
    private static partial Regex KebabCase();
}
