using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Program;

/// <summary>The program as it is started from a command line: a process of its own, on free ports, over a data folder that outlives it.</summary>
internal sealed class CrmProcess : IAsyncDisposable
{
    private const int TerminateSignal = 15;
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpClient? _client;

    private CrmProcess(string data, params IEnumerable<(string Name, string Value)> settings)
    {
        var program = typeof(CrmApplication).Assembly.Location;

        // The signal of the limit on files would end it; ignored, a write fails as on a disk that is gone.
        var start = new ProcessStartInfo("sh", ["-c", "trap '' XFSZ; exec dotnet \"$@\"", "sh", program]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        (string, string)[] defaults = [("CRM_DATA", data), ("CRM_COSMOS_PORT", "0"), ("CRM_ADMIN_PASSWORD", CrmApp.AdminPassword), ("urls", "http://127.0.0.1:0"), ("Storage", Storage.None), ("Auth__AccessTokenMinutes", $"{CrmApp.TokenMinutes}")];
        foreach (var (name, value) in defaults.Concat(settings))
            start.Environment[name] = value;

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Read(line.Data, _output);
        _process.ErrorDataReceived += (_, line) => Read(line.Data, _errors);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Talks to the API as the administrator.</summary>
    public HttpClient Client => _client ??= new HttpClient { BaseAddress = new Uri(Printed("Listening on ")) };

    /// <summary>Where other tools reach the store.</summary>
    public Uri Store => new(Printed("Cosmos on "));

    /// <summary>The administrator's password, where it was made and printed.</summary>
    public string? PrintedPassword =>
        Regex.Match(Output, @"^Administrator admin@example\.com with the password (\S+) \(shown this once\)", RegexOptions.Multiline) is { Success: true } printed ? printed.Groups[1].Value : null;

    /// <summary>Where Azurite listens, once it does.</summary>
    public Uri Files => new(Printed("Files on "));

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    /// <summary>Starts the program, waits until it says that it listens, and signs in.</summary>
    public static async Task<CrmProcess> StartAsync(string data, params IEnumerable<(string Name, string Value)> settings)
    {
        var started = new CrmProcess(data, settings);
        try
        {
            var ended = started._process.WaitForExitAsync();
            var first = await Task.WhenAny(started._ready.Task, ended).WaitAsync(StartDeadline);
            Assert.True(first == started._ready.Task, $"The program did not start.\n{started.Output}\n{started.Errors}");
            await started.Client.SignInAsync("admin", started.PrintedPassword ?? CrmApp.AdminPassword);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the program where it cannot run; gives its exit code and what it printed.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> FailAsync(string data, params IEnumerable<(string Name, string Value)> settings)
    {
        await using var started = new CrmProcess(data, settings);
        var exitCode = await started.ExitAsync(StartDeadline);
        return (exitCode, started.Output, started.Errors);
    }

    /// <summary>Lets every write to a file fail from now on, or no longer.</summary>
    public async Task FailWritesAsync(bool fail)
    {
        using var limit = Process.Start("prlimit", ["--pid", $"{_process.Id}", fail ? "--fsize=1:unlimited" : "--fsize=unlimited:unlimited"]);
        await limit.WaitForExitAsync();
        Assert.Equal(0, limit.ExitCode);
    }

    /// <summary>SIGKILL: ends at once, without a chance to tidy up.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: asks it to stop.</summary>
    public void Terminate() => Assert.Equal(0, Signal(_process.Id, TerminateSignal));

    /// <summary>Its exit code, once everything it printed has been read.</summary>
    public async Task<int> ExitAsync(TimeSpan deadline)
    {
        await _process.WaitForExitAsync().WaitAsync(deadline);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Read(string? line, StringBuilder into)
    {
        if (line is null)
            return;
        lock (into)
            into.AppendLine(line);

        // The last line of those that say where everything is.
        if (line.StartsWith("Ctrl-C", StringComparison.Ordinal))
            _ready.TrySetResult();
    }

    private string Printed(string label) =>
        Output.Split('\n').Single(line => line.StartsWith(label, StringComparison.Ordinal))[label.Length..].Trim();

    private static string Text(StringBuilder from)
    {
        lock (from)
            return from.ToString();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
