using System.Diagnostics;
using Microsoft.Azure.Cosmos;

namespace Crm.Benchmarks.Store;

/// <summary>The store beneath the CRM, beside what the SDK and SQLite take by themselves.</summary>
internal static class StoreBenchmark
{
    private const int ChangesRead = 100_000;

    public static async Task RunAsync(Options options)
    {
        await using var store = await StoreUnderTest.StartAsync();
        await LoadAsync(store, options);
        var size = options.Records[^1];
        await OperationsAsync(store, options, size);
        await ServerSideAsync(store, options, size);
        if (options.Name.Length > 0) return;
        await DurableCreatesAsync(store, options, size);
        await PagesAsync(store, options);
        await ChangesAsync(store, size);
    }

    private static async Task LoadAsync(StoreUnderTest store, Options options)
    {
        var table = new Table(("records of 0.8 kB", 17), ("loaded per second", 17), ("bytes each", 10), ("managed MB", 10), ("process MB", 10));
        table.Head("Loading, a thousand records in a transaction");
        foreach (var size in options.Records)
        {
            var (before, watch) = (store.FileSize, Stopwatch.StartNew());
            await store.AddAsync(size);
            var seconds = watch.Elapsed.TotalSeconds;
            table.Write([Table.Number(size), Table.Number(size / seconds), Table.Number((double)(store.FileSize - before) / size), .. Memory()]);
        }
    }

    private static async Task OperationsAsync(StoreUnderTest store, Options options, int size)
    {
        var table = new Table(
            ("operation", 28), ("through", 13), ("callers", 7), ("floor/s", 9), ("store/s", 9), ("store ÷ floor", 13), ("p50 µs", 7), ("its floor's", 11), ("p99 µs", 7), ("CPU µs", 7), ("its floor's", 11), ("alloc kB", 8), ("its floor's", 11));
        table.Head($"The SDK on {size:N0} records, beside the SDK on a handler that answers at once");
        foreach (var (name, once) in StoreOperations.All.Where(one => one.Name.Contains(options.Name, StringComparison.Ordinal)))
        {
            await store.RecordAsync(size, container => once(container, size, Random.Shared));
            foreach (var transport in store.Transports)
                foreach (var callers in (int[])[1, 8])
                {
                    var asked = transport.Store(size);
                    var taken = await Measurement.TakeAsync([Operation("floor", transport.Floor(size)), Operation(name, asked)], callers, options.Time);
                    var (floor, it) = (taken[0], taken[1]);
                    table.Write([
                        name, transport.Name, $"{callers}", Table.Number(floor.PerSecond), Table.Number(it.PerSecond), Table.Number(it.PerSecond / floor.PerSecond, "P0"),
                        Table.Number(it.Median.TotalMicroseconds), Table.Number(floor.Median.TotalMicroseconds), Table.Number(it.Slow.TotalMicroseconds), Table.Number(it.ProcessorTime.TotalMicroseconds), Table.Number(floor.ProcessorTime.TotalMicroseconds),
                        Table.Number(it.AllocatedBytes / 1024, "N1"), Table.Number(floor.AllocatedBytes / 1024, "N1")]);
                }

            Operation Operation(string what, Container container) => new(what, async random =>
            {
                await once(container, size, random);
                return null;
            });
        }
    }

    private static async Task ServerSideAsync(StoreUnderTest store, Options options, int size)
    {
        var table = new Table(("on the server side", 28), ("p50 µs", 7), ("p99 µs", 7), ("CPU µs", 7), ("alloc kB", 8));
        table.Head("The store without the SDK: one request, sent again and again in process");
        foreach (var (name, once) in StoreOperations.All.Where(one => one.Name.StartsWith('p') && one.Name.Contains(options.Name, StringComparison.Ordinal)))
        {
            using var caught = new ServerSide(store.Handler);
            await store.CatchAsync(caught, size, container => once(container, size, Random.Shared));
            var it = (await Measurement.TakeAsync([new Operation(name, _ => caught.RepeatAsync())], 1, options.Time))[0];
            table.Write([name, Table.Number(it.Median.TotalMicroseconds, "N1"), Table.Number(it.Slow.TotalMicroseconds, "N1"), Table.Number(it.ProcessorTime.TotalMicroseconds, "N1"), Table.Number(it.AllocatedBytes / 1024, "N1")]);
        }
    }

    private static async Task DurableCreatesAsync(StoreUnderTest store, Options options, int size)
    {
        using var raw = new RawCreates();
        var table = new Table(("durable creates", 28), ("callers", 7), ("SQLite/s", 9), ("store/s", 9), ("store ÷ SQLite", 14), ("SQLite p50 µs", 13), ("store p50 µs", 12));
        table.Head("Creates through the SDK in process, beside SQLite alone with the same group commit");
        foreach (var callers in (int[])[1, 8, 32])
        {
            var container = store.Transports[0].Store(size);
            var taken = await Measurement.TakeAsync(
                [
                    new Operation("SQLite", async _ => await raw.CreateAsync() ? null : 0),
                    new Operation("store", async _ =>
                    {
                        await StoreOperations.CreateAsync(container);
                        return null;
                    }),
                ],
                callers,
                options.Time);
            table.Write(["create", $"{callers}", Table.Number(taken[0].PerSecond), Table.Number(taken[1].PerSecond), Table.Number(taken[1].PerSecond / taken[0].PerSecond, "P0"), Table.Number(taken[0].Median.TotalMicroseconds), Table.Number(taken[1].Median.TotalMicroseconds)]);
        }
    }

    private static async Task PagesAsync(StoreUnderTest store, Options options)
    {
        var table = new Table(("page of 50", 28), ("records", 9), ("p50 µs", 7), ("p99 µs", 7), ("÷ smallest", 10), ("CPU µs", 7), ("alloc kB", 8));
        table.Head("Pages by size, through the SDK in process");
        foreach (var (name, query) in StoreOperations.Pages)
        {
            var operations = options.Records.Select(size => (Size: size, Container: store.Transports[0].Store(size))).Select(one => new Operation($"{one.Size}", async random =>
            {
                await StoreOperations.PageAsync(one.Container, query, random);
                return null;
            })).ToList();
            var taken = await Measurement.TakeAsync(operations, 1, options.Time);
            foreach (var (size, it) in options.Records.Zip(taken))
                table.Write([
                    name, Table.Number(size), Table.Number(it.Median.TotalMicroseconds), Table.Number(it.Slow.TotalMicroseconds), Table.Number(it.Median / taken[0].Median, "N2"),
                    Table.Number(it.ProcessorTime.TotalMicroseconds), Table.Number(it.AllocatedBytes / 1024, "N0")]);
        }
    }

    private static async Task ChangesAsync(StoreUnderTest store, int size)
    {
        var table = new Table(("change feed, pages of 1,000", 28), ("changes/s", 9), ("managed MB", 10), ("process MB", 10));
        table.Head("The change feed from its beginning");
        foreach (var transport in store.Transports)
        {
            using var feed = transport.Store(size).GetChangeFeedStreamIterator(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.Incremental, new ChangeFeedRequestOptions { PageSizeHint = 1000 });
            var (read, watch) = (0, Stopwatch.StartNew());
            while (read < Math.Min(size, ChangesRead))
            {
                using var page = await feed.ReadNextAsync();
                page.EnsureSuccessStatusCode();
                read += 1000;
            }

            var seconds = watch.Elapsed.TotalSeconds;
            table.Write([transport.Name, Table.Number(read / seconds), .. Memory()]);
        }
    }

    /// <summary>What is in use, and what the process has of the machine.</summary>
    private static IEnumerable<string> Memory()
    {
        using var process = Process.GetCurrentProcess();
        return [Table.Number(GC.GetTotalMemory(forceFullCollection: true) / 1e6), Table.Number(process.WorkingSet64 / 1e6)];
    }
}
