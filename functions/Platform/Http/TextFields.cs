using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Crm.Platform.Http;

/// <summary>A small body of named texts.</summary>
public sealed class TextFields
{
    private const int MaxLength = 1_000;

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

    internal static Result<TextFields> OfJson(JsonElement body, string[] known)
    {
        var fields = new TextFields();
        if (body.ValueKind != JsonValueKind.Object)
            return new Invalid([new FieldError("#", "type", "must be a JSON object")]);

        foreach (var member in body.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
            fields.Add(member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null, known);

        return fields.Checked();
    }

    internal static Result<TextFields> OfForm(string body, string[] known)
    {
        var fields = new TextFields();
        foreach (var (name, values) in QueryHelpers.ParseQuery(body))
            fields.Add(name, values is [{ } value] ? value : null, known);

        return fields.Checked();
    }

    private Result<TextFields> Checked() => _errors.Count == 0 ? this : new Invalid(_errors);

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
}
