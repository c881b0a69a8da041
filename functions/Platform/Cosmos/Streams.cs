using System.Runtime.InteropServices;
using System.Text.Json;

namespace Crm.Platform.Cosmos;

/// <summary>Bytes to streams and back, without copies where the SDK allows.</summary>
internal static class Streams
{
    public static MemoryStream AsStream(this ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false, publiclyVisible: true)
            : new MemoryStream(bytes.ToArray(), writable: false);

    /// <summary>The JSON of a response, independent of the stream's buffer.</summary>
    public static async ValueTask<JsonElement> ParseAsync(this Stream stream, CancellationToken cancellation)
    {
        if (stream is MemoryStream memory && memory.TryGetBuffer(out var buffer))
            return JsonElement.Parse(buffer.AsSpan((int)memory.Position));

        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, cancellation);
        return JsonElement.Parse(copy.GetBuffer().AsSpan(0, (int)copy.Length));
    }
}
