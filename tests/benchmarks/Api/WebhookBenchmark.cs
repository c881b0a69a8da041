using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Crm.Benchmarks.Api;

/// <summary>Contacts created as fast as it goes, and when a receiver of webhooks in this process is told of them.</summary>
internal static class WebhookBenchmark
{
    private const int Writers = 8;

    public static async Task RunAsync(int events)
    {
        await using var crm = await CrmInProcess.StartAsync("--Webhooks:AllowLoopback=true");
        using var client = new HttpClient();
        await crm.SignInAsync(client);
        var (lags, last) = (new ConcurrentQueue<TimeSpan>(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var receiver = builder.Build();
        receiver.Run(async context =>
        {
            var sent = await context.Request.ReadFromJsonAsync<JsonObject>();
            lags.Enqueue(TimeProvider.System.GetUtcNow() - DateTimeOffset.Parse((string)sent!["time"]!, CultureInfo.InvariantCulture));
            if (lags.Count == events)
                last.SetResult();
        });
        await receiver.StartAsync();
        await PostAsync(client, crm, "webhooks", new JsonObject { ["url"] = receiver.Urls.Single(), ["types"] = new JsonArray("contact.created") });

        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(0, events, new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (number, _) => await PostAsync(client, crm, "contacts", Contacts.New(new Random(number))));
        var written = watch.Elapsed;
        await last.Task.WaitAsync(TimeSpan.FromMinutes(5));
        var elapsed = watch.Elapsed;
        var sorted = lags.Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{events:N0} events written at {events / written.TotalSeconds:N0}/s, delivered to one webhook at {events / elapsed.TotalSeconds:N0}/s; from the change to its delivery p50 {sorted[events / 2].TotalSeconds:N2} s, p99 {sorted[events * 99 / 100].TotalSeconds:N2} s, first {sorted[0].TotalSeconds:N2} s."));
    }

    private static async Task PostAsync(HttpClient client, CrmInProcess crm, string collection, JsonObject body)
    {
        using var response = await client.PostAsJsonAsync($"{crm.Address}api/v1/{collection}", body);
        response.EnsureSuccessStatusCode();
    }
}
