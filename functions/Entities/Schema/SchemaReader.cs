using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Crm.Entities.Schema;

/// <summary>Reads the fields of a record type from its properties and their attributes.</summary>
internal static class SchemaReader
{
    private const int DefaultText = 255;
    private const int LongText = 32_000;
    private const int DefaultItems = 50;

    public static IReadOnlyDictionary<string, Field> Read(Type record) => record
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.GetMethod is { IsPublic: true } && property.SetMethod is not null)
        .Select(ReadProperty)
        .ToDictionary(field => field.Name, StringComparer.Ordinal);

    private static Field ReadProperty(PropertyInfo property)
    {
        var field = ReadType(property, property.PropertyType) with
        {
            Name = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name),
            Property = property,
            Required = property.IsDefined(typeof(RequiredMemberAttribute)),
            ServerSet = property.IsDefined(typeof(ServerSetAttribute)),
            Unique = property.IsDefined(typeof(UniqueAttribute)),
            Sortable = property.IsDefined(typeof(SortableAttribute)),
            Optional = !property.PropertyType.IsValueType || Nullable.GetUnderlyingType(property.PropertyType) is not null,
            Personal = property.IsDefined(typeof(PersonalAttribute)),
            Sequence = property.GetCustomAttribute<SequenceAttribute>()?.Prefix,
            ElementKey = property.IsDefined(typeof(ElementKeyAttribute)),
        };
        if (property.GetCustomAttribute<MovesAttribute>() is { } moves)
            field = field with { States = new StateMachine(moves.Moves, [.. field.Values]) };

        return field;
    }

    private static Field ReadType(PropertyInfo property, Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var filterable = !property.IsDefined(typeof(NotFilterableAttribute));
        if (type == typeof(string))
            return ReadText(property, filterable);

        if (type.IsEnum)
        {
            var values = Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName).ToList();
            return new Field { Name = "", Kind = FieldKind.Select, Values = values, Filterable = filterable };
        }

        if (type == typeof(JsonObject))
            return new Field { Name = "", Kind = FieldKind.Json };

        if (ElementOf(type) is { } element)
        {
            var most = property.GetCustomAttribute<MaxLengthAttribute>()?.Length ?? DefaultItems;
            var least = property.GetCustomAttribute<MinLengthAttribute>()?.Length ?? 0;
            var of = ReadType(property, element) with { MaxLength = element == typeof(string) ? DefaultText : 0 };
            return new Field { Name = "", Kind = FieldKind.List, MinLength = least, MaxLength = most, Element = of, Filterable = filterable };
        }

        FieldKind? scalar =
            type == typeof(int) || type == typeof(long) ? FieldKind.Integer :
            type == typeof(decimal) ? FieldKind.Decimal :
            type == typeof(bool) ? FieldKind.Boolean :
            type == typeof(DateOnly) ? FieldKind.Date :
            type == typeof(DateTimeOffset) ? FieldKind.DateTime :
            null;
        if (type == typeof(RecordLink))
            return ReadLink(property, filterable);

        return scalar is { } kind
            ? new Field { Name = "", Kind = kind, Number = property.GetCustomAttribute<NumberAttribute>(), Filterable = filterable }
            : new Field { Name = "", Kind = FieldKind.Object, Record = type, Fields = Read(type), Filterable = filterable };
    }

    private static Field ReadText(PropertyInfo property, bool filterable)
    {
        var longText = property.IsDefined(typeof(LongTextAttribute));
        var length = property.GetCustomAttribute<StringLengthAttribute>();
        return new Field
        {
            Name = "",
            Kind = FieldKind.Text,
            MaxLength = length?.MaximumLength ?? (longText ? LongText : DefaultText),
            MinLength = length?.MinimumLength ?? 0,
            Form = property.GetCustomAttribute<FormAttribute>()?.Form,
            Reference = ReferenceOf(property),
            Filterable = filterable && !longText,
        };
    }

    private static Field ReadLink(PropertyInfo property, bool filterable)
    {
        var reference = ReferenceOf(property) ?? throw new InvalidOperationException($"{property.DeclaringType!.Name}.{property.Name} is a link to no declared collection.");
        var members = Read(typeof(RecordLink)).ToDictionary();
        members["type"] = members["type"] with { Kind = FieldKind.Select, Values = reference.Collections };
        return new Field { Name = "", Kind = FieldKind.Object, Fields = members, Reference = reference, Filterable = filterable };
    }

    private static Reference? ReferenceOf(PropertyInfo property) =>
        property.GetCustomAttribute<ReferenceAttribute>() is { } declared ? new Reference(declared.Collections, declared.OnDelete, declared.Acyclic) : null;

    private static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;
}
