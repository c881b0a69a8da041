using System.Diagnostics;
using Crm.Benchmarks;

var options = Options.Read(args);
if (options.Audience > 0)
{
    await CampaignRun.RunAsync(options.Audience);
    return;
}

await using var floor = await Floor.StartAsync();
await using var crm = await CrmInProcess.StartAsync();
using var client = new HttpClient();
await crm.SignInAsync(client);
foreach (var records in options.Records)
{
    var (missing, watch) = (records - crm.Ids.Count, Stopwatch.StartNew());
    await crm.SeedAsync(client, records);
    Console.WriteLine($"\n{records:N0} contacts: {missing:N0} created at {missing / watch.Elapsed.TotalSeconds:N0}/s; {crm.FileSize() / records:N0} bytes on disk for each.\n");
    Console.WriteLine($"| {"operation",-29} | clients |  per second |  p50 ms |  p99 ms | floor ÷ it | CPU ms | alloc kB |    RU |");
    Console.WriteLine($"|{new string('-', 31)}|--------:|------------:|--------:|--------:|-----------:|-------:|---------:|------:|");
    foreach (var clients in options.Clients)
    {
        double best = 0;
        foreach (var operation in Operations.All(client, floor, crm).Where(one => one.Name == Operations.FloorName || one.Name.Contains(options.Only, StringComparison.Ordinal)))
        {
            var taken = await Measurement.TakeAsync(operation, clients, options.Time);
            best = operation.Name == Operations.FloorName ? taken.PerSecond : best;
            Console.WriteLine(
                $"| {taken.Name,-29} | {clients,7} | {taken.PerSecond,11:N0} | {taken.Median.TotalMilliseconds,7:N2} | {taken.Slow.TotalMilliseconds,7:N2} | {best / taken.PerSecond,10:N1} " +
                $"| {taken.ProcessorTime.TotalMilliseconds,6:N2} | {taken.AllocatedBytes / 1024,8:N0} | {taken.RequestUnits,5:N1} |");
        }
    }
}

if (options.Deliveries > 0)
    Console.WriteLine(await Deliveries.MeasureAsync(client, crm, options.Deliveries));
