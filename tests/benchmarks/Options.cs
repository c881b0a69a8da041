using System.Globalization;

namespace Crm.Benchmarks;

/// <summary>
/// What to measure: <c>--only store,start,api --records 10000,100000 --million --clients 32 --contacts 100000 --seconds 2 --name create</c>,
/// <c>--only webhooks,campaign --deliveries 1000 --audience 100000</c>.
/// </summary>
/// <param name="Parts">The parts, by their names.</param>
/// <param name="Records">The sizes of the store's containers.</param>
/// <param name="Contacts">The contacts in the API.</param>
/// <param name="Clients">The clients of the API.</param>
/// <param name="Time">For each operation.</param>
/// <param name="Name">A part of the names of the operations to measure; empty for all.</param>
/// <param name="Deliveries">The events that a webhook is told of.</param>
/// <param name="Audience">How many a campaign is launched to.</param>
internal sealed record Options(IReadOnlyList<string> Parts, IReadOnlyList<int> Records, int Contacts, IReadOnlyList<int> Clients, TimeSpan Time, string Name, int Deliveries, int Audience)
{
    public const string Store = "store";
    public const string Api = "api";
    public const string Start = "start";
    public const string Webhooks = "webhooks";
    public const string Campaign = "campaign";

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
            ["--deliveries"] = "1000",
            ["--audience"] = "100000",
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
            given["--name"],
            int.Parse(given["--deliveries"], CultureInfo.InvariantCulture),
            int.Parse(given["--audience"], CultureInfo.InvariantCulture));
    }

    private static List<int> Numbers(string list) => [.. list.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
}
