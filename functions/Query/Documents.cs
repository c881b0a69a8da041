using System.Text.Json;

namespace Crm.Query;

/// <summary>The rows in one answer of the database, as the bytes they came in.</summary>
/// <param name="Rows">A JSON array.</param>
internal readonly record struct Documents(ReadOnlyMemory<byte> Rows, int Count)
{
    public static Documents Empty { get; } = new("[]"u8.ToArray(), 0);

    /// <exception cref="JsonException">The answer is not one of Cosmos.</exception>
    public static async Task<Documents> ReadAsync(Stream content, CancellationToken cancellation)
    {
        // The client has read the whole answer before it gives it: mostly it can be looked at where it lies.
        if (content is MemoryStream { Position: 0 } whole && whole.TryGetBuffer(out var bytes))
            return Find(bytes);

        using var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, cancellation);
        return Find(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    private static Documents Find(ReadOnlyMemory<byte> answer)
    {
        var reader = new Utf8JsonReader(answer.Span);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                continue;

            if (!reader.ValueTextEquals("Documents"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            var start = (int)reader.TokenStartIndex;
            var count = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                reader.Skip();
                count++;
            }

            return new Documents(answer[start..(int)reader.BytesConsumed], count);
        }

        throw new JsonException("The answer has no member 'Documents'.");
    }
}
