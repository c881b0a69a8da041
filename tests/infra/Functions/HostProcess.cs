using System.Diagnostics;
using Crm.Local.Functions.Startup;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Crm.Local.Tests.Functions;

/// <summary>An app with one function under the local host, in a process of its own that can be killed or lose its disk.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process _process;

    private HostProcess(Process process, CosmosClient client)
    {
        _process = process;
        Client = client;
    }

    /// <summary>Reaches its store over the port.</summary>
    public CosmosClient Client { get; }

    public Container Items => Client.GetContainer("crm", "items");

    public static async Task<HostProcess> StartAsync<T>(string folder)
    {
        // The signal of the limit on files would end it; ignored, the write fails as on a disk that is full or gone.
        var start = new ProcessStartInfo("sh") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", "trap '' XFSZ; exec dotnet \"$@\"", "sh", typeof(HostProcess).Assembly.Location, typeof(T).AssemblyQualifiedName!, folder])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string? address = null;
        while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line && !line.StartsWith("Ctrl-C", StringComparison.Ordinal))
        {
            if (line.StartsWith("Cosmos on ", StringComparison.Ordinal)) address = line["Cosmos on ".Length..];
        }

        var options = new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true };
        return new(process, new CosmosClient(address, Cosmos.StoreFixture.AccountKey, options));
    }

    /// <summary>Lets every write to a file fail from now on, or no longer.</summary>
    public async Task FailWritesAsync(bool fail)
    {
        using var limit = Process.Start("prlimit", ["--pid", $"{_process.Id}", fail ? "--fsize=1:unlimited" : "--fsize=unlimited:unlimited"]);
        await limit.WaitForExitAsync();
        Assert.Equal(0, limit.ExitCode);
    }

    /// <summary>SIGKILL: nothing is finished, flushed or released.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        Client.Dispose();
        _process.Kill();
        _process.Dispose();
    }

    /// <summary>The other process begins here.</summary>
    internal static void Main(string[] args)
    {
        var (function, folder) = (Type.GetType(args[0], throwOnError: true)!, args[1]);
        var builder = new FunctionsApplicationBuilder(
            ["--urls=http://127.0.0.1:0", $"--CRM_DATA={folder}", "--CRM_COSMOS_PORT=0", $"--Cosmos={FeedApp.Account}"],
            new AppUnderHost(function.Assembly.GetName().Name!, [function], folder));
        FeedApp.Configure(builder, "leases", new Notes());
        builder.Services.AddSingleton(new DirectoryInfo(folder));
        builder.Build().Run();
    }
}
