using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Crm.Benchmarks.Api;

/// <summary>The app as a process of its own: how long until it answers, and what it holds when nobody asks.</summary>
internal static class StartBenchmark
{
    private const int Starts = 4;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public static async Task RunAsync()
    {
        var data = Directory.CreateTempSubdirectory("crm-start-");
        var table = new Table(("start", 28), ("first answer ms", 15), ("CPU ms", 7), ("idle MB", 8), ("peak MB", 8));
        table.Head("Starts of the app, to the first answer of /health, and its memory ten seconds later");
        try
        {
            for (var start = 0; start < Starts; start++)
            {
                var port = FreePort();
                var watch = Stopwatch.StartNew();
                using var app = Start(data.FullName, port);
                try
                {
                    var elapsed = await AnswerAsync(port, watch, app);
                    app.Refresh();
                    var processor = app.TotalProcessorTime;
                    await Task.Delay(Idle);
                    app.Refresh();
                    table.Write([
                        start == 0 ? "on an empty folder" : "again", Table.Number(elapsed.TotalMilliseconds), Table.Number(processor.TotalMilliseconds),
                        Table.Number(app.WorkingSet64 / 1e6), Table.Number(app.PeakWorkingSet64 / 1e6)]);
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

    private static Process Start(string data, int port)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = AppContext.BaseDirectory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Crm.Functions.dll"), $"--urls=http://127.0.0.1:{port}", .. CrmInProcess.Settings(data)])
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
