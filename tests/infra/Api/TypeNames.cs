using System.Reflection;

namespace Crm.Local.Tests.Api;

/// <summary>Type names as C# writes them: keywords for primitive types, <c>?</c> for what may be null.</summary>
internal sealed class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    private readonly NullabilityInfoContext _nullability = new();

    public string Of(ParameterInfo parameter) => Name(parameter.ParameterType, _nullability.Create(parameter));

    public string Of(PropertyInfo property) => Name(property.PropertyType, _nullability.Create(property));

    public string Of(FieldInfo field) => Name(field.FieldType, _nullability.Create(field));

    public static string Plain(Type type) => Name(type, null);

    /// <summary>The name of a type where it is declared.</summary>
    public static string Declared(Type type) => $"{Full(type)}{Arguments(type.GetGenericArguments())}";

    public static string Arguments(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(Plain))}>";

    private static string Name(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef) type = type.GetElementType()!;
        if (Nullable.GetUnderlyingType(type) is { } value) return $"{Plain(value)}?";
        var mark = !type.IsValueType && nullability is { } known && (known.ReadState is NullabilityState.Nullable || known.WriteState is NullabilityState.Nullable) ? "?" : "";
        if (type.IsArray) return $"{Name(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        if (type.IsGenericParameter) return type.Name + mark;
        if (Keywords.TryGetValue(type, out var keyword)) return keyword + mark;
        if (!type.IsGenericType) return Full(type) + mark;
        var arguments = type.GetGenericArguments().Select((argument, i) => Name(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(i)));
        return $"{Full(type)}<{string.Join(", ", arguments)}>{mark}";
    }

    private static string Full(Type type)
    {
        var name = type.IsNested ? $"{Full(type.DeclaringType!)}.{type.Name}" : $"{type.Namespace}.{type.Name}";
        var arity = name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0 ? name : name[..arity];
    }
}
