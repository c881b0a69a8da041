using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Crm.Tests.Webhooks;

/// <summary>Node.js and npm's standardwebhooks, installed by the lock file beside the tests: an implementation of the signature that was not written here.</summary>
public sealed class NodeVerifier : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Webhooks", "StandardWebhooks");

    // Why there is nothing to run with.
    private string? _missing;

    public async Task InitializeAsync()
    {
        var (node, version) = await RunAsync("node", ["--version"]);
        if (node != 0)
        {
            _missing = $"Node.js is not here: {version}";
            return;
        }

        if (File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")))
            return;
        var (installed, output) = await RunAsync(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        if (installed != 0)
            _missing = $"standardwebhooks cannot be installed: {output}";
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Verifies messages with a secret each, or skips the test and says what is missing.</summary>
    internal async Task PassAsync(IEnumerable<(Received Message, string Secret)> messages)
    {
        Skip.If(_missing is not null, _missing);
        var given = messages.Select(given => new { secret = given.Secret, headers = given.Message.Headers, body = given.Message.Body }).ToList();
        var (code, output) = await RunAsync("node", ["verify.mjs"], JsonSerializer.Serialize(given));
        Assert.True(code == 0, output);
        Assert.Contains($"verified {given.Count}", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            using var timeout = new CancellationTokenSource(Deadline);
            try
            {
                await process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return (-1, $"{program} took more than {Deadline}.");
            }

            return (process.ExitCode, await output + await errors);
        }
        catch (Win32Exception exception)
        {
            return (-1, exception.Message);
        }
    }
}
