using System.Diagnostics;

namespace Crm.Benchmarks;

/// <summary>One thing that clients do over and over.</summary>
/// <param name="Once">Does it once; gives its price in request units where that is known.</param>
internal sealed record Operation(string Name, Func<Random, Task<double?>> Once);

/// <summary>What came of it. Processor time and allocations are the whole process's: server, store and the clients themselves.</summary>
internal sealed record Measurement(
    string Name, int Clients, double PerSecond, TimeSpan Median, TimeSpan Slow, TimeSpan ProcessorTime, double AllocatedBytes, double? RequestUnits)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);

    public static async Task<Measurement> TakeAsync(Operation operation, int clients, TimeSpan time)
    {
        await RunAsync(operation, clients, WarmUp);
        using var process = Process.GetCurrentProcess();
        var (processor, allocated, watch) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        var runs = await RunAsync(operation, clients, time);
        var elapsed = watch.Elapsed;
        process.Refresh();

        var latencies = runs.SelectMany(run => run.Latencies).Order().ToList();
        return new Measurement(
            operation.Name,
            clients,
            latencies.Count / elapsed.TotalSeconds,
            latencies[latencies.Count / 2],
            latencies[latencies.Count * 99 / 100],
            (process.TotalProcessorTime - processor) / latencies.Count,
            (double)(GC.GetTotalAllocatedBytes() - allocated) / latencies.Count,
            runs[0].RequestUnits);
    }

    private static Task<(List<TimeSpan> Latencies, double? RequestUnits)[]> RunAsync(Operation operation, int clients, TimeSpan time) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var random = new Random();
            var latencies = new List<TimeSpan>();
            double? price = null;
            var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
            do
            {
                var start = Stopwatch.GetTimestamp();
                price = await operation.Once(random);
                latencies.Add(Stopwatch.GetElapsedTime(start));
            }
            while (Stopwatch.GetTimestamp() < end);
            return (latencies, price);
        })));
}
