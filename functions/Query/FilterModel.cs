using System.Runtime.CompilerServices;
using Crm.Entities;
using Crm.Entities.Schema;
using Microsoft.OData.Edm;

namespace Crm.Query;

/// <summary>The filterable fields of an entity as OData knows them.</summary>
internal sealed class FilterModel
{
    private const string Namespace = "Crm";
    private static readonly ConditionalWeakTable<EntityType, FilterModel> Known = [];

    private readonly EdmModel _model = new();

    private FilterModel(EntityType type)
    {
        var record = new EdmEntityType(Namespace, "record");
        AddFields(record, type.Fields, "record");
        _model.AddElement(record);
        Record = record;
    }

    public IEdmModel Model => _model;

    public IEdmType Record { get; }

    /// <summary>Built at an entity's first filter.</summary>
    public static FilterModel Of(EntityType type) => Known.GetValue(type, static type => new FilterModel(type));

    private void AddFields(EdmStructuredType owner, IReadOnlyDictionary<string, Field> fields, string path)
    {
        foreach (var field in fields.Values.Where(field => field.Filterable && field.Kind != FieldKind.Json))
            owner.AddStructuralProperty(field.Name, TypeOf(field, $"{path}_{field.Name}"));
    }

    private IEdmTypeReference TypeOf(Field field, string path) => field.Kind switch
    {
        FieldKind.Integer => EdmCoreModel.Instance.GetInt64(isNullable: true),
        FieldKind.Decimal => EdmCoreModel.Instance.GetDecimal(isNullable: true),
        FieldKind.Boolean => EdmCoreModel.Instance.GetBoolean(isNullable: true),
        FieldKind.Date => EdmCoreModel.Instance.GetDate(isNullable: true),
        FieldKind.DateTime => EdmCoreModel.Instance.GetDateTimeOffset(isNullable: true),
        FieldKind.Object => new EdmComplexTypeReference(Complex(field, path), isNullable: true),
        FieldKind.List => new EdmCollectionTypeReference(new EdmCollectionType(TypeOf(field.Element!, path))),
        _ => EdmCoreModel.Instance.GetString(isNullable: true),
    };

    private EdmComplexType Complex(Field field, string path)
    {
        var type = new EdmComplexType(Namespace, path);
        AddFields(type, field.Fields, path);
        _model.AddElement(type);
        return type;
    }
}
