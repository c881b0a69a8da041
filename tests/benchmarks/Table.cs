using System.Globalization;

namespace Crm.Benchmarks;

/// <summary>A table in Markdown, printed row by row as its numbers come.</summary>
internal sealed class Table(params (string Name, int Width)[] columns)
{
    public void Head(string title)
    {
        Console.WriteLine($"\n{title}\n");
        Write(columns.Select(column => column.Name));
        Console.WriteLine($"|{string.Concat(columns.Select((column, at) => at == 0 ? new string('-', column.Width + 2) + "|" : new string('-', column.Width + 1) + ":|"))}");
    }

    public void Write(IEnumerable<string> cells) =>
        Console.WriteLine("| " + string.Join(" | ", cells.Zip(columns, (cell, column) => cell).Select((cell, at) => at == 0 ? cell.PadRight(columns[at].Width) : cell.PadLeft(columns[at].Width))) + " |");

    public static string Number(double? value, string format = "N0") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
