using System.Diagnostics;

namespace Crm.Benchmarks;

/// <summary>One thing that clients do over and over.</summary>
/// <param name="Once">Does it once; gives its price in request units where that is known.</param>
internal sealed record Operation(string Name, Func<Random, Task<double?>> Once);

/// <summary>What came of it. Processor time and allocations are the whole process's: server, store, the clients themselves, and what is done in the background afterwards.</summary>
internal sealed record Measurement(
    string Name, int Clients, double PerSecond, TimeSpan Median, TimeSpan Slow, TimeSpan ProcessorTime, double AllocatedBytes, double? RequestUnits)
{
    /// <summary>Often enough that what else the machine does falls on all of them alike.</summary>
    private const int Turns = 5;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.4);

    /// <summary>At most: what never comes to rest is measured as it is.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes operations in turns, so that one can be compared with the other. What one leaves to be done in the background is done before the next begins.</summary>
    /// <param name="time">For each.</param>
    public static async Task<IReadOnlyList<Measurement>> TakeAsync(IReadOnlyList<Operation> operations, int clients, TimeSpan time)
    {
        foreach (var operation in operations) await RunAsync(operation, clients, WarmUp);
        var taken = operations.Select(_ => new List<Turn>()).ToList();
        for (var turn = 0; turn < Turns; turn++)
            for (var i = 0; i < operations.Count; i++) taken[i].Add(await RunAsync(operations[i], clients, time / Turns));
        return [.. operations.Zip(taken, (operation, turns) => Sum(operation.Name, clients, turns))];
    }

    private static Measurement Sum(string name, int clients, List<Turn> turns)
    {
        var latencies = turns.SelectMany(turn => turn.Latencies).Order().ToList();
        return new Measurement(
            name,
            clients,
            latencies.Count / turns.Sum(turn => turn.Elapsed.TotalSeconds),
            latencies[latencies.Count / 2],
            latencies[latencies.Count * 99 / 100],
            turns.Aggregate(TimeSpan.Zero, (sum, turn) => sum + turn.ProcessorTime) / latencies.Count,
            (double)turns.Sum(turn => turn.AllocatedBytes) / latencies.Count,
            turns[^1].RequestUnits);
    }

    private static async Task<Turn> RunAsync(Operation operation, int clients, TimeSpan time)
    {
        using var process = Process.GetCurrentProcess();
        var (processor, allocated, watch) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var runs = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(() => RepeatAsync(operation, end))));
        var elapsed = watch.Elapsed;
        await RestAsync(process);
        return new Turn(
            [.. runs.SelectMany(run => run.Latencies)], elapsed, process.TotalProcessorTime - processor, GC.GetTotalAllocatedBytes() - allocated, runs[0].Price);
    }

    /// <summary>Waits until the process hardly works.</summary>
    private static async Task RestAsync(Process process)
    {
        var watch = Stopwatch.StartNew();
        TimeSpan before;
        do
        {
            process.Refresh();
            before = process.TotalProcessorTime;
            await Task.Delay(Rest);
            process.Refresh();
        }
        while (process.TotalProcessorTime - before > Rest / 5 && watch.Elapsed < LongestRest);
    }

    private static async Task<(List<TimeSpan> Latencies, double? Price)> RepeatAsync(Operation operation, long end)
    {
        var random = new Random();
        var latencies = new List<TimeSpan>();
        double? price;
        do
        {
            var start = Stopwatch.GetTimestamp();
            price = await operation.Once(random);
            latencies.Add(Stopwatch.GetElapsedTime(start));
        }
        while (Stopwatch.GetTimestamp() < end);
        return (latencies, price);
    }

    private sealed record Turn(List<TimeSpan> Latencies, TimeSpan Elapsed, TimeSpan ProcessorTime, long AllocatedBytes, double? RequestUnits);
}
