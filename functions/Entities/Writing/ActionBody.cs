using System.Text.Json;
using Crm.Entities.Schema;
using Crm.Platform;
using Crm.Platform.Json;

namespace Crm.Entities.Writing;

/// <summary>Reads the body of an action into a record, by the attributes that fields of entities have.</summary>
internal static class ActionBody
{
    public static Result<T> Read<T>(JsonElement body) where T : class
    {
        var binder = new BodyBinder(Declared<T>.Fields);
        var fields = binder.Create(body);
        return binder.Errors.Count > 0 ? new Invalid(binder.Errors) : fields.Deserialize<T>(CrmJson.Options)!;
    }

    private static class Declared<T>
    {
        public static readonly IReadOnlyDictionary<string, Field> Fields = SchemaReader.Read(typeof(T));
    }
}
