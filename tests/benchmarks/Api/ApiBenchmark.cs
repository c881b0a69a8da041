using System.Diagnostics;

namespace Crm.Benchmarks.Api;

/// <summary>The whole API in this process, together with the clients that ask it, each operation in turns with a bare Kestrel.</summary>
internal static class ApiBenchmark
{
    public static async Task RunAsync(Options options)
    {
        await using var floor = await Floor.StartAsync();
        await using var crm = await CrmInProcess.StartAsync();
        using var client = new HttpClient();
        await crm.SignInAsync(client);
        var watch = Stopwatch.StartNew();
        await crm.SeedAsync(client, options.Contacts);
        var table = new Table(
            ("operation", 29), ("clients", 7), ("per second", 10), ("p50 ms", 7), ("p99 ms", 7), ("floor ÷ it", 10), ("CPU ms", 6), ("alloc kB", 8), ("RU", 6));
        table.Head($"The API with {options.Contacts:N0} contacts (made at {options.Contacts / watch.Elapsed.TotalSeconds:N0} a second; {crm.FileSize() / options.Contacts:N0} bytes on disk for each)");
        var operations = Operations.All(client, floor, crm).Where(one => one.Name == Operations.FloorName || one.Name.Contains(options.Name, StringComparison.Ordinal)).ToList();
        foreach (var clients in options.Clients)
        {
            var taken = await Measurement.TakeAsync(operations, clients, options.Time);
            foreach (var it in taken)
                table.Write([
                    it.Name, $"{it.Clients}", Table.Number(it.PerSecond), Table.Number(it.Median.TotalMilliseconds, "N2"), Table.Number(it.Slow.TotalMilliseconds, "N2"),
                    Table.Number(taken[0].PerSecond / it.PerSecond, "N1"), Table.Number(it.ProcessorTime.TotalMilliseconds, "N3"), Table.Number(it.AllocatedBytes / 1024), Table.Number(it.RequestUnits, "N1")]);
        }
    }
}
