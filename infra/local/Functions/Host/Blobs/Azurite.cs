using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Crm.Local.Functions.Startup;

namespace Crm.Local.Functions.Blobs;

/// <summary>Azurite as a child process, on a free port, over a folder. It is installed where it is not, and started again where it ends by itself.</summary>
internal sealed partial class Azurite(string dataFolder) : IAsyncDisposable
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    // A port, or why there is none: replaced as a whole.
    private volatile State _state = new(null, "File storage is starting.");

    private sealed record State(int? Port, string Reason);

    /// <summary>Where it listens, or null.</summary>
    public int? Port => _state.Port;

    /// <summary>Why it does not listen, for the person who runs this machine.</summary>
    public string Reason => _state.Reason;

    public void Start() => _running = Task.Run(() => RunAsync(_stop.Token));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            _state = new State(null, "File storage is being installed.");
            var modules = await AzuritePackage.InstallAsync(Console.Out, stop);
            for (var pause = TimeSpan.FromSeconds(1); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                _state = new State(null, "File storage is starting.");
                var lastWords = await ServeAsync(modules, stop);
                _state = new State(null, $"File storage has ended and will start again: {lastWords}");
                await Task.Delay(pause, stop);
            }
        }
        catch (Exception e) when (e is StartException or IOException or UnauthorizedAccessException or Win32Exception)
        {
            _state = new State(null, e.Message);
            Console.Out.WriteLine($"No files: {e.Message}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Runs it until it ends, or until told to stop; gives the last line it printed.</summary>
    private async Task<string> ServeAsync(string modules, CancellationToken stop)
    {
        Directory.CreateDirectory(dataFolder);
        var start = new ProcessStartInfo("node", [AzuritePackage.Script, modules, dataFolder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var last = "";
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(stop);
            return last;
        }
        finally
        {
            await EndAsync(process);
        }

        void Read(string? line)
        {
            if (string.IsNullOrWhiteSpace(line)) return;
            last = line;
            if (Listening().Match(line) is not { Success: true } match) return;
            _state = new State(int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), "");
            Console.Out.WriteLine($"Files on http://127.0.0.1:{match.Groups[1].Value}");
        }
    }

    private static async Task EndAsync(Process process)
    {
        // Its standard input is its life line.
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(StopDeadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [GeneratedRegex(@"successfully listens on http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
