using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Crm.Benchmarks.Api;

/// <summary>The app as a process of its own, as built and as published: how long until it answers, and what it holds when nobody asks.</summary>
internal static class StartBenchmark
{
    private const int Starts = 4;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private const string Settings = "local.settings.sample.json";

    public static async Task RunAsync()
    {
        var published = Directory.CreateTempSubdirectory("crm-published-");
        try
        {
            await PublishAsync(published.FullName);
            var table = new Table(("start", 30), ("first answer ms", 15), ("CPU ms", 7), ("idle MB", 8), ("private MB", 10), ("peak MB", 8));
            table.Head("Starts of the app, to the first answer of /health, and its memory ten seconds later");
            await RunAsync(table, AppContext.BaseDirectory, "as built");
            await RunAsync(table, published.FullName, "published");
        }
        finally
        {
            published.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(Table table, string folder, string name)
    {
        var data = Directory.CreateTempSubdirectory("crm-start-");
        try
        {
            for (var start = 0; start < Starts; start++)
            {
                var port = FreePort();
                var watch = Stopwatch.StartNew();
                using var app = Start(folder, data.FullName, port);
                try
                {
                    var elapsed = await AnswerAsync(port, watch, app);
                    app.Refresh();
                    var processor = app.TotalProcessorTime;
                    await Task.Delay(Idle);
                    app.Refresh();
                    table.Write([
                        start == 0 ? $"{name}, on an empty folder" : $"{name}, again", Table.Number(elapsed.TotalMilliseconds), Table.Number(processor.TotalMilliseconds),
                        Table.Number(app.WorkingSet64 / 1e6), Table.Number(Anonymous(app) / 1e6), Table.Number(app.PeakWorkingSet64 / 1e6)]);
                }
                finally
                {
                    app.Kill();
                    await app.WaitForExitAsync();
                }
            }
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task PublishAsync(string folder)
    {
        var top = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(top.FullName, "Crm.sln"))) top = top.Parent ?? throw new InvalidOperationException("The app's source is not above the benchmark.");
        using var publish = Process.Start(new ProcessStartInfo("dotnet", ["publish", "functions", "-c", "Release", "-o", folder]) { WorkingDirectory = top.FullName, RedirectStandardOutput = true })!;
        var output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        if (publish.ExitCode != 0) throw new InvalidOperationException(output);
        // Settings of one machine are not published.
        File.Copy(Path.Combine(AppContext.BaseDirectory, Settings), Path.Combine(folder, Settings));
    }

    /// <summary>Of the memory it holds, what is no part of a file and so shared with nobody; zero where the system does not tell.</summary>
    private static long Anonymous(Process app)
    {
        var status = $"/proc/{app.Id}/status";
        var line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)) : null;
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static Process Start(string folder, string data, int port)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(folder, "Crm.Functions.dll"), $"--urls=http://127.0.0.1:{port}", .. CrmInProcess.Settings(data)])
            start.ArgumentList.Add(argument);
        var app = Process.Start(start)!;
        app.BeginOutputReadLine();
        app.BeginErrorReadLine();
        return app;
    }

    private static async Task<TimeSpan> AnswerAsync(int port, Stopwatch watch, Process app)
    {
        using var client = new HttpClient();
        while (watch.Elapsed < Deadline && !app.HasExited)
        {
            try
            {
                using var response = await client.GetAsync($"http://127.0.0.1:{port}/health");
                if (response.StatusCode == HttpStatusCode.OK) return watch.Elapsed;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(2);
        }

        throw new InvalidOperationException("The app did not answer within a minute.");
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
