namespace Crm.Local.Cosmos.Query;

/// <summary>Places in a text counted in code points, as the service counts them; a string counts UTF-16 units.</summary>
internal static class Characters
{
    public static int Count(string text)
    {
        if (!HasSurrogates(text)) return text.Length;
        var count = 0;
        for (var i = 0; i < text.Length; i += Width(text, i)) count++;
        return count;
    }

    /// <summary>Where the code point of this number begins; the end of the text when it has fewer.</summary>
    public static int UnitOf(string text, double character)
    {
        if (!HasSurrogates(text)) return (int)Math.Min(character, text.Length);
        var unit = 0;
        for (; character > 0 && unit < text.Length; character--) unit += Width(text, unit);
        return unit;
    }

    /// <summary>The number of the code point at this unit; -1 for -1.</summary>
    public static int At(string text, int unit) => unit < 0 ? unit : Count(text[..unit]);

    public static int Width(string text, int unit) => unit + 1 < text.Length && char.IsSurrogatePair(text[unit], text[unit + 1]) ? 2 : 1;

    private static bool HasSurrogates(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');
}
