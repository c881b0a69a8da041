using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crm.Local.Cosmos.Query;

/// <summary>Writes rows one after the other, separated by commas.</summary>
internal sealed class ValueWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(16 * 1024);
    private readonly Utf8JsonWriter _json;

    public ValueWriter() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    public int Count { get; private set; }

    public int Bytes => _buffer.WrittenCount;

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public static string ToJson(in Value value)
    {
        using var writer = new ValueWriter();
        writer.Add(value);
        return Encoding.UTF8.GetString(writer.Written.Span);
    }

    public void Add(in Value row)
    {
        if (Count++ > 0) _buffer.Write(","u8);
        if (row.TryGetRaw(out var raw))
        {
            _buffer.Write(raw);
            return;
        }

        _json.Reset();
        Write(row);
        _json.Flush();
    }

    public void Clear()
    {
        Count = 0;
        _buffer.ResetWrittenCount();
    }

    public void Dispose() => _json.Dispose();

    private void Write(in Value value)
    {
        if (value.TryGetRaw(out var raw))
        {
            _json.WriteRawValue(raw, skipInputValidation: true);
            return;
        }

        switch (value.Kind)
        {
            case ValueKind.Null:
                _json.WriteNullValue();
                break;
            case ValueKind.Boolean:
                _json.WriteBooleanValue(value.IsTrue);
                break;
            case ValueKind.Number when value.Number == Math.Floor(value.Number) && Math.Abs(value.Number) < 1L << 53:
                // Without an exponent: readers that expect an integer get one.
                _json.WriteNumberValue((long)value.Number);
                break;
            case ValueKind.Number when !double.IsFinite(value.Number):
                _json.WriteStringValue(ValueText.Of(value));
                break;
            case ValueKind.Number:
                _json.WriteNumberValue(value.Number);
                break;
            case ValueKind.String:
                _json.WriteStringValue(value.Text);
                break;
            case ValueKind.Array:
                _json.WriteStartArray();
                foreach (var element in value.Elements()) Write(element);
                _json.WriteEndArray();
                break;
            default:
                _json.WriteStartObject();
                foreach (var (name, member) in value.Members())
                {
                    _json.WritePropertyName(name);
                    Write(member);
                }

                _json.WriteEndObject();
                break;
        }
    }
}
