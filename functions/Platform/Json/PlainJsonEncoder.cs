using System.Buffers;
using System.Text.Encodings.Web;

namespace Crm.Platform.Json;

/// <summary>
/// Escapes what JSON demands and no more. The framework's relaxed encoder also spells every character beyond U+FFFF as two escapes, which makes an
/// emoji three times as long and text not what was sent.
/// </summary>
internal sealed unsafe class PlainJsonEncoder : JavaScriptEncoder
{
    private static readonly SearchValues<byte> Demanded = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (byte)c), (byte)'"', (byte)'\\']);

    /// <summary>And halves of characters: of those, the ones without their other half.</summary>
    private static readonly SearchValues<char> Suspicious =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (char)c), '"', '\\', .. Enumerable.Range(0xD800, 0x800).Select(c => (char)c)]);

    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < ' ' or '"' or '\\';

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var all = new ReadOnlySpan<char>(text, textLength);
        for (var at = 0; all[at..].IndexOfAny(Suspicious) is >= 0 and var found; at += 2)
        {
            at += found;
            if (at + 1 >= textLength || !char.IsSurrogatePair(all[at], all[at + 1]))
                return at;
        }

        return -1;
    }

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text) => utf8Text.IndexOfAny(Demanded);

    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        UnsafeRelaxedJsonEscaping.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
}
