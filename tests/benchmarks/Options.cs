using System.Globalization;

namespace Crm.Benchmarks;

/// <summary>What to measure: <c>--records 10000,100000 --clients 1,8,32 --seconds 3 --only create --deliveries 1000</c>.</summary>
/// <param name="Only">A part of the names of the operations to measure beside the floor; empty for all.</param>
/// <param name="Deliveries">How many events to have delivered to a webhook at the end.</param>
/// <param name="Audience">How many a campaign is launched to, instead of everything else; 0 for none.</param>
internal sealed record Options(IReadOnlyList<int> Records, IReadOnlyList<int> Clients, TimeSpan Time, string Only, int Deliveries, int Audience)
{
    public static Options Read(string[] args)
    {
        var given = new Dictionary<string, string> { ["--records"] = "10000,100000", ["--clients"] = "1,8,32", ["--seconds"] = "3", ["--only"] = "", ["--deliveries"] = "1000", ["--audience"] = "0" };
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            if (!given.ContainsKey(args[i]))
                throw new ArgumentException($"Unknown option {args[i]}; known are {string.Join(", ", given.Keys)}.");
            given[args[i]] = args[i + 1];
        }

        return new Options(
            [.. Numbers(given["--records"]).Order()], Numbers(given["--clients"]), TimeSpan.FromSeconds(double.Parse(given["--seconds"], CultureInfo.InvariantCulture)), given["--only"],
            int.Parse(given["--deliveries"], CultureInfo.InvariantCulture), int.Parse(given["--audience"], CultureInfo.InvariantCulture));
    }

    private static List<int> Numbers(string list) => [.. list.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
}
