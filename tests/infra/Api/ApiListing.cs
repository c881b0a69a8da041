using System.Globalization;
using System.Reflection;

namespace Crm.Local.Tests.Api;

/// <summary>Writes the public surface of types in the form of the lists beside this file: one line per type or member.</summary>
internal sealed class ApiListing
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly TypeNames _names = new();

    public IEnumerable<string> Lines(Type type)
    {
        yield return $"T {TypeNames.Declared(type)} : {Kind(type)}{Attributes(type)}";
        if (type.IsSubclassOf(typeof(Delegate))) yield break;
        if (type.IsEnum)
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                yield return $"E {TypeNames.Declared(type)}.{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}";
            yield break;
        }

        foreach (var member in type.GetMembers(Declared))
        {
            if (Line(type, member) is { } line) yield return line;
        }
    }

    private string? Line(Type type, MemberInfo member)
    {
        var owner = TypeNames.Declared(type);
        return member switch
        {
            ConstructorInfo { IsStatic: false } made when Access(made) is { } access => $"C {owner}.ctor({Parameters(made)}) : {access}",
            PropertyInfo property when Accessors(property) is var (access, accessors) =>
                $"P {owner}.{property.Name} : {access}{Modifiers(property.GetMethod ?? property.SetMethod!)} {_names.Of(property)} {{ {accessors} }}{Attributes(property)}",
            MethodInfo { IsSpecialName: false } method when Access(method) is { } access =>
                $"M {owner}.{method.Name}{TypeNames.Arguments(method.GetGenericArguments())}({Parameters(method)}) : {access}{Modifiers(method)} {_names.Of(method.ReturnParameter)}{Constraints(method.GetGenericArguments())}",
            FieldInfo field when field is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true } =>
                $"V {owner}.{field.Name} : {(field.IsPublic ? "public" : "protected")}{(field.IsLiteral ? " const" : field.IsStatic ? " static" : "")} {_names.Of(field)}{(field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : "")}",
            _ => null,
        };
    }

    private string Kind(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"public delegate {_names.Of(invoke.ReturnParameter)} ({Parameters(invoke)})";
        }

        if (type.IsEnum) return $"public enum {TypeNames.Plain(type.GetEnumUnderlyingType())}";
        var kind = type switch
        {
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var bases = Interfaces(type).Select(TypeNames.Plain).Order(StringComparer.Ordinal).ToList();
        if (type is { IsClass: true, BaseType: { } inherited } && inherited != typeof(object)) bases.Insert(0, TypeNames.Plain(inherited));
        return $"public {kind}{(bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}")}{Constraints(type.GetGenericArguments())}";
    }

    // Those that neither the base type nor another interface brings along.
    private static IEnumerable<Type> Interfaces(Type type)
    {
        var all = type.GetInterfaces();
        var implied = all.SelectMany(each => each.GetInterfaces()).Concat(type.BaseType?.GetInterfaces() ?? []).ToHashSet();
        return all.Where(each => each.IsVisible && !implied.Contains(each));
    }

    private string Parameters(MethodBase method)
    {
        var extends = method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute));
        return string.Join(", ", method.GetParameters().Select((parameter, i) =>
            $"{(extends && i == 0 ? "this " : "")}{Passing(parameter)}{_names.Of(parameter)} {parameter.Name}{Default(parameter)}"));
    }

    private static string Passing(ParameterInfo parameter) => parameter switch
    {
        { IsOut: true } => "out ",
        { ParameterType.IsByRef: true, IsIn: true } => "in ",
        { ParameterType.IsByRef: true } => "ref ",
        _ when parameter.IsDefined(typeof(ParamArrayAttribute)) => "params ",
        _ => "",
    };

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : $" = {parameter switch
    {
        { DefaultValue: null, ParameterType.IsValueType: true } when Nullable.GetUnderlyingType(parameter.ParameterType) is null => "default",
        { ParameterType.IsEnum: true, DefaultValue: { } value } => $"{TypeNames.Plain(parameter.ParameterType)}.{value}",
        _ => Literal(parameter.DefaultValue),
    }}";

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static (string Access, string Accessors)? Accessors(PropertyInfo property)
    {
        var get = property.GetMethod is { } getter ? Access(getter) : null;
        var set = property.SetMethod is { } setter ? Access(setter) : null;
        if ((get ?? set) is null) return null;
        var access = get == "public" || set == "public" ? "public" : get ?? set!;
        var init = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit)) is true;
        string[] written = [Accessor(get, "get"), Accessor(set, init ? "init" : "set")];
        return (access, string.Join(' ', written.Where(text => text.Length > 0)));

        string Accessor(string? own, string name) => own is null ? "" : own == access ? $"{name};" : $"{own} {name};";
    }

    private static string? Access(MethodBase method) => method switch
    {
        { IsPublic: true } => "public",
        { IsFamily: true } => "protected",
        { IsFamilyOrAssembly: true } => "protected internal",
        _ => null,
    };

    private static string Modifiers(MethodInfo method) => method switch
    {
        { IsStatic: true } => " static",
        _ when method.DeclaringType!.IsInterface => "",
        { IsAbstract: true } => " abstract",
        { IsVirtual: true } when method.GetBaseDefinition().DeclaringType != method.DeclaringType => method.IsFinal ? " sealed override" : " override",
        { IsVirtual: true, IsFinal: false } => " virtual",
        _ => "",
    };

    private static string Constraints(Type[] parameters) => string.Concat(parameters.Where(parameter => parameter.IsGenericParameter).Select(parameter =>
    {
        var marks = parameter.GenericParameterAttributes;
        var all = parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(TypeNames.Plain).ToList();
        if (marks.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)) all.Insert(0, "class");
        if (marks.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)) all.Insert(0, "struct");
        else if (marks.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint)) all.Add("new()");
        return all.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", all)}";
    }));

    private static string Attributes(MemberInfo member)
    {
        var all = member.GetCustomAttributesData();
        IEnumerable<string> written = all.Where(data => data.AttributeType.Namespace!.StartsWith("Microsoft.Azure.Functions.Worker", StringComparison.Ordinal))
            .Select(data => $"[{data.AttributeType.Name[..^nameof(Attribute).Length]}({string.Join(", ", data.ConstructorArguments.Select(Argument))})]")
            .Order(StringComparer.Ordinal);
        if (all.FirstOrDefault(data => data.AttributeType == typeof(AttributeUsageAttribute)) is { } usage) written = written.Append(Usage(usage));
        return string.Join(' ', written) is { Length: > 0 } text ? $"  {text}" : "";
    }

    private static string Usage(CustomAttributeData usage)
    {
        var targets = ((AttributeTargets)usage.ConstructorArguments[0].Value!).ToString().Replace(", ", "|", StringComparison.Ordinal);
        var named = usage.NamedArguments.Select(argument => $", {argument.MemberName} = {Literal(argument.TypedValue.Value)}");
        return $"[Usage({targets}{string.Concat(named)})]";
    }

    private static string Argument(CustomAttributeTypedArgument argument) => argument switch
    {
        { Value: Type type } => $"typeof({TypeNames.Plain(type)})",
        { Value: IReadOnlyCollection<CustomAttributeTypedArgument> items } => $"{{{string.Join(", ", items.Select(Argument))}}}",
        { ArgumentType.IsEnum: true } =>
            // The first of the names of a value: the lists have it so.
            $"{TypeNames.Plain(argument.ArgumentType)}.{Enum.GetNames(argument.ArgumentType).First(name => Convert.ToInt64(Enum.Parse(argument.ArgumentType, name), CultureInfo.InvariantCulture) == Convert.ToInt64(argument.Value, CultureInfo.InvariantCulture))}",
        _ => Literal(argument.Value),
    };
}
