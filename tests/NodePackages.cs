using System.ComponentModel;
using System.Diagnostics;

namespace Crm.Tests.Node;

/// <summary>Node.js and the packages that scripts of tests need, installed by their lock file beside the tests. Compiled into every test project that has such.</summary>
/// <param name="folder">Where the scripts and the lock file are, in the output of the tests.</param>
public abstract class NodePackages(string folder) : IAsyncLifetime
{
    private const int OldestNode = 20;
    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RunDeadline = TimeSpan.FromMinutes(3);

    // Why there is nothing to run with.
    private string? _missing;

    private string Folder { get; } = Path.Combine(AppContext.BaseDirectory, folder);

    public async Task InitializeAsync()
    {
        var (version, text) = await RunAsync("node", ["--version"], RunDeadline);
        if (version != 0 || !Version.TryParse(text.Trim().TrimStart('v'), out var found) || found.Major < OldestNode)
        {
            _missing = $"Node.js {OldestNode} or later is not here: {text}";
            return;
        }

        if (IsInstalled())
            return;
        var (installed, output) = await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], InstallDeadline);
        if (installed != 0)
            _missing = $"The packages of the scripts cannot be installed: {output}";
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Runs a script that says by its exit code whether all is well, or skips the test and says what is missing.</summary>
    public async Task PassAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        Skip.If(_missing is not null, _missing);
        var (code, output) = await RunAsync("node", arguments, RunDeadline, environment);
        Assert.True(code == 0, output);
    }

    /// <summary>npm leaves a copy of the lock file in what it has installed.</summary>
    private bool IsInstalled()
    {
        var installed = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        return installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"));
    }

    private async Task<(int Code, string Output)> RunAsync(
        string program, string[] arguments, TimeSpan deadline, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() && program == "npm" ? "npm.cmd" : program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            using var timeout = new CancellationTokenSource(deadline);
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return (-1, $"{program} took more than {deadline}.");
            }

            return (process.ExitCode, await output + await errors);
        }
        catch (Win32Exception exception)
        {
            return (-1, exception.Message);
        }
    }
}
