using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Program;

/// <summary>README's commands, as somebody who reads it would run them.</summary>
[Collection(Sequential.Name)]
public sealed partial class ReadmeTests : ProgramTests
{
    private const string Address = "http://127.0.0.1:7071";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [NodeFact]
    public async Task Scenarios_RunAsTheyAreWritten_ToAnOrderThatIsCompletedAndAMailThatIsSent()
    {
        await using var crm = await CrmProcess.StartAsync(Data);
        var script = string.Join('\n', Commands())
            .Replace(Address, $"{crm.Client.BaseAddress}".TrimEnd('/'), StringComparison.Ordinal)
            .Replace("9000", $"{FreePort()}", StringComparison.Ordinal);

        var start = new ProcessStartInfo("bash", ["-c", "set -euo pipefail\n" + script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CRM_ADMIN_PASSWORD"] = CrmApp.AdminPassword;
        using var run = Process.Start(start)!;
        var (output, errors) = (run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await run.WaitForExitAsync(deadline.Token);
        }
        finally
        {
            run.Kill(entireProcessTree: true);
        }

        Assert.True(run.ExitCode == 0, $"{await output}\n{await errors}");
        Assert.Contains("}completed\n", await output, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"account.updated\"", await output, StringComparison.Ordinal);
        Assert.Contains("bo@berg.example", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(Path.Combine(Data, "mail"), "*.eml"))), StringComparison.Ordinal);
    }

    /// <summary>From the sign-in to the last scenario.</summary>
    private static IEnumerable<string> Commands()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var part = readme[readme.IndexOf("## Sign in", StringComparison.Ordinal)..readme.IndexOf("## Errors and limits", StringComparison.Ordinal)];
        return ShellBlock().Matches(part).Select(block => block.Groups[1].Value);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
