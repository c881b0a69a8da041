using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>The types of a value, in the order Cosmos sorts them.</summary>
internal enum ValueKind : byte
{
    Undefined,
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// <summary>
/// A value of the query language, undefined included. It points into the parsed item as long as nothing is computed, so that what is
/// projected is copied as it was written.
/// </summary>
internal readonly struct Value
{
    private readonly JsonElement _element;
    private readonly object? _built;
    private readonly double _number;

    private Value(ValueKind kind, double number = 0, object? built = null, JsonElement element = default)
    {
        Kind = kind;
        _number = number;
        _built = built;
        _element = element;
    }

    public static Value Null { get; } = new(ValueKind.Null);

    public static Value True { get; } = new(ValueKind.Boolean, 1);

    public static Value False { get; } = new(ValueKind.Boolean);

    public ValueKind Kind { get; }

    public bool IsDefined => Kind != ValueKind.Undefined;

    public bool IsTrue => Kind == ValueKind.Boolean && _number != 0;

    public bool IsFalse => Kind == ValueKind.Boolean && _number == 0;

    public bool IsScalar => Kind is > ValueKind.Undefined and < ValueKind.Array;

    public double Number => _number;

    public string Text => _built as string ?? JsonText.Of(_element);

    public static Value Of(bool value) => value ? True : False;

    /// <summary>Infinity and NaN are numbers while a query computes; JSON has them as strings.</summary>
    public static Value Of(double value) => new(ValueKind.Number, value);

    public static Value Of(string value) => new(ValueKind.String, 0, value);

    /// <summary>Undefined elements are left out, as everywhere.</summary>
    public static Value Of(IEnumerable<Value> elements) => new(ValueKind.Array, 0, elements.Where(element => element.IsDefined).ToArray());

    /// <summary>An object of these fields; those that are undefined are left out.</summary>
    public static Value Of(IReadOnlyList<string> names, Value[] values) => new(ValueKind.Object, 0, new Fields(names, values));

    public static Value From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => Null,
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        JsonValueKind.Number => new Value(ValueKind.Number, element.GetDouble(), null, element),
        JsonValueKind.String => new Value(ValueKind.String, 0, null, element),
        JsonValueKind.Array => new Value(ValueKind.Array, 0, null, element),
        JsonValueKind.Object => new Value(ValueKind.Object, 0, null, element),
        _ => default,
    };

    /// <summary>The member of this name, or undefined.</summary>
    public Value Member(string name, ReadOnlySpan<byte> utf8)
    {
        if (Kind != ValueKind.Object) return default;
        if (_built is Fields fields) return fields[name];
        return _element.TryGetProperty(utf8, out var member) ? From(member) : default;
    }

    public Value Member(string name) => Member(name, Encoding.UTF8.GetBytes(name));

    /// <summary>The element at this place of an array, or undefined.</summary>
    public Value At(double index)
    {
        if (Kind != ValueKind.Array || index < 0 || index != Math.Floor(index) || index >= Length) return default;
        return _built is Value[] built ? built[(int)index] : From(_element[(int)index]);
    }

    /// <summary>The number of elements of an array or members of an object.</summary>
    public int Length => _built switch
    {
        Value[] built => built.Length,
        Fields fields => fields.Defined.Count(),
        _ => Kind == ValueKind.Array ? _element.GetArrayLength() : _element.GetPropertyCount(),
    };

    public IEnumerable<Value> Elements()
    {
        if (_built is Value[] built) return built;
        return Kind == ValueKind.Array ? _element.EnumerateArray().Select(From) : [];
    }

    public IEnumerable<(string Name, Value Value)> Members()
    {
        if (_built is Fields fields) return fields.Defined;
        return Kind == ValueKind.Object ? _element.EnumerateObject().Select(member => (member.Name, From(member.Value))) : [];
    }

    /// <summary>Whether both are strings of the same text; cheaper than <see cref="Text"/> of both.</summary>
    public bool TextEquals(in Value other)
    {
        if (_built is string text) return other._built is string same ? text == same : Matches(other._element, text);
        return other._built is string built ? Matches(_element, built) : Text == other.Text;

        static bool Matches(JsonElement element, string text)
        {
            try
            {
                return element.ValueEquals(text);
            }
            catch (InvalidOperationException)
            {
                return JsonText.Of(element) == text;
            }
        }
    }

    /// <summary>The JSON this value was read from, or nothing when it was computed.</summary>
    public bool TryGetRaw(out ReadOnlySpan<byte> json)
    {
        var raw = _element.ValueKind != JsonValueKind.Undefined;
        json = raw ? JsonMarshal.GetRawUtf8Value(_element) : default;
        return raw;
    }

    /// <summary>This value as an element of a document.</summary>
    public JsonElement ToElement()
    {
        if (_element.ValueKind != JsonValueKind.Undefined) return _element;
        using var document = JsonDocument.Parse(ValueWriter.ToJson(this));
        return document.RootElement.Clone();
    }

    /// <summary>The same scalar without its item, which may then be let go.</summary>
    public Value Detached() => Kind switch
    {
        ValueKind.Number => new Value(ValueKind.Number, _number),
        ValueKind.String => Of(Text),
        _ => this,
    };

    private sealed class Fields(IReadOnlyList<string> names, Value[] values)
    {
        public IEnumerable<(string Name, Value Value)> Defined
        {
            get
            {
                for (var i = 0; i < values.Length; i++)
                    if (values[i].IsDefined) yield return (names[i], values[i]);
            }
        }

        public Value this[string name]
        {
            get
            {
                for (var i = values.Length - 1; i >= 0; i--)
                    if (names[i] == name) return values[i];
                return default;
            }
        }
    }
}
