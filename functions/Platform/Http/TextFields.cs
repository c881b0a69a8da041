using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace Crm.Platform.Http;

/// <summary>A small body of named texts: those that a record has properties for.</summary>
public sealed class TextFields
{
    public const int MaxLength = 1_000;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<FieldError> _errors = [];

    private TextFields()
    {
    }

    /// <summary>Null where it was not sent.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>The fields, or what is wrong where one of these is missing.</summary>
    public Result<TextFields> Requiring(params IEnumerable<string> names)
    {
        var missing = names.Where(name => string.IsNullOrEmpty(this[name])).Select(name => new FieldError($"#/{name}", "required", "is required")).ToList();
        return missing.Count == 0 ? this : new Invalid(missing);
    }

    internal static Result<TextFields> OfJson<T>(JsonElement body)
    {
        var fields = new TextFields();
        if (body.ValueKind != JsonValueKind.Object)
            return new Invalid([new FieldError("#", "type", "must be a JSON object")]);

        foreach (var member in body.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
            fields.Add(member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null, Declared<T>.Known);

        return fields.Checked(Declared<T>.Required);
    }

    internal static Result<TextFields> OfForm<T>(string body)
    {
        var fields = new TextFields();
        foreach (var (name, values) in QueryHelpers.ParseQuery(body))
            fields.Add(name, values is [{ } value] ? value : null, Declared<T>.Known);

        return fields.Checked(Declared<T>.Required);
    }

    private Result<TextFields> Checked(string[] required) => _errors.Count == 0 ? Requiring(required) : new Invalid(_errors);

    private void Add(string name, string? value, string[] known)
    {
        var pointer = $"#/{Uri.EscapeDataString(name.Length <= MaxLength ? name : name[..MaxLength])}";
        if (!known.Contains(name))
            _errors.Add(new FieldError(pointer, "unknown-field", $"there is no such field here; known: {string.Join(", ", known)}"));
        else if (value is null)
            _errors.Add(new FieldError(pointer, "type", "must be one text"));
        else if (value.Length > MaxLength)
            _errors.Add(new FieldError(pointer, "max-length", $"must have at most {MaxLength} characters"));
        else
            _values[name] = value;
    }

    private static class Declared<T>
    {
        private static readonly PropertyInfo[] Properties = typeof(T).GetProperties();

        public static readonly string[] Known = [.. Properties.Select(Name)];

        public static readonly string[] Required = [.. Properties.Where(property => property.IsDefined(typeof(RequiredMemberAttribute))).Select(Name)];

        private static string Name(PropertyInfo property) =>
            property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
    }
}
