using System.Globalization;

namespace Crm.Benchmarks;

/// <summary>
/// What to measure: <c>--only store,start,api --records 10000,100000 --million --clients 32 --contacts 100000 --seconds 2 --name create</c>.
/// </summary>
/// <param name="Parts">The parts, by their names.</param>
/// <param name="Records">The sizes of the store's containers.</param>
/// <param name="Contacts">The contacts in the API.</param>
/// <param name="Clients">The clients of the API.</param>
/// <param name="Time">For each operation.</param>
/// <param name="Name">A part of the names of the operations to measure; empty for all.</param>
internal sealed record Options(IReadOnlyList<string> Parts, IReadOnlyList<int> Records, int Contacts, IReadOnlyList<int> Clients, TimeSpan Time, string Name)
{
    public const string Store = "store";
    public const string Api = "api";
    public const string Start = "start";

    private const int Million = 1_000_000;

    public static Options Read(string[] args)
    {
        var given = new Dictionary<string, string>
        {
            ["--only"] = $"{Store},{Start},{Api}",
            ["--records"] = "10000,100000",
            ["--contacts"] = "100000",
            ["--clients"] = "32",
            ["--seconds"] = "2",
            ["--name"] = "",
        };
        var million = args.Contains("--million");
        var rest = args.Where(arg => arg != "--million").ToList();
        for (var i = 0; i < rest.Count; i += 2)
        {
            if (!given.ContainsKey(rest[i]) || i + 1 == rest.Count)
                throw new ArgumentException($"Known options are --million and, each with a value, {string.Join(", ", given.Keys)}; not '{rest[i]}'.");
            given[rest[i]] = rest[i + 1];
        }

        return new Options(
            given["--only"].Split(','),
            [.. Numbers(given["--records"]).Concat(million ? [Million] : []).Order()],
            int.Parse(given["--contacts"], CultureInfo.InvariantCulture),
            Numbers(given["--clients"]),
            TimeSpan.FromSeconds(double.Parse(given["--seconds"], CultureInfo.InvariantCulture)),
            given["--name"]);
    }

    private static List<int> Numbers(string list) => [.. list.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
}
