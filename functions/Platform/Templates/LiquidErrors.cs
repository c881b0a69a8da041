namespace Crm.Platform.Templates;

/// <summary>What is wrong with a template: the first thing, which the rest usually follows from.</summary>
internal sealed class LiquidErrors(string text)
{
    /// <summary>With its line and column, from 1; null where nothing is wrong.</summary>
    public string? First { get; private set; }

    /// <returns>False, for the sake of who reports.</returns>
    public bool Add(int position, string message)
    {
        var before = text.AsSpan(0, position);
        First ??= $"{message} (line {before.Count('\n') + 1}, column {position - before.LastIndexOf('\n')})";
        return false;
    }
}
