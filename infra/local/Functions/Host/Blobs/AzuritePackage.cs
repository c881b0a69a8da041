using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using Crm.Local.Functions.Startup;

namespace Crm.Local.Functions.Blobs;

/// <summary>
/// Azurite from npm, as <c>infra/local/Azurite</c> pins it, in a folder of this user that every checkout shares: one for each lock file. Beside the
/// data folder it would be copied with every backup.
/// </summary>
internal static class AzuritePackage
{
    private static readonly string Source = Path.Combine(AppContext.BaseDirectory, "Azurite");
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(200);

    /// <summary>What Node runs.</summary>
    public static string Script { get; } = Path.Combine(Source, "azurite.js");

    /// <returns>The folder that holds <c>node_modules</c>.</returns>
    /// <exception cref="StartException">It is not there and cannot be installed.</exception>
    public static async Task<string> InstallAsync(TextWriter output, CancellationToken cancellation)
    {
        if (!IsOnPath("node")) throw new StartException("Node.js was not found. Install Node.js 20 or later from https://nodejs.org, and start again.");
        try
        {
            var version = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Source, "package-lock.json"), cancellation)))[..12];
            var root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "crm");
            var folder = Path.Combine(root, $"azurite-{version}");
            if (Directory.Exists(folder)) return folder;

            Directory.CreateDirectory(root);
            using var held = await LockAsync(Path.Combine(root, "azurite.lock"), cancellation);
            if (!Directory.Exists(folder)) await InstallAsync(folder, output, cancellation);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"Azurite could not be installed: {e.Message}", e);
        }
    }

    /// <summary>Installed beside and renamed: the folder is whole or not there.</summary>
    private static async Task InstallAsync(string folder, TextWriter output, CancellationToken cancellation)
    {
        output.WriteLine($"Installing Azurite, which keeps files on this machine, into {folder}: once, with npm.");
        var draft = $"{folder}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(draft);
        try
        {
            foreach (var name in new[] { "package.json", "package-lock.json" })
                File.Copy(Path.Combine(Source, name), Path.Combine(draft, name));
            await NpmAsync(draft, cancellation);
            Directory.Move(draft, folder);
        }
        finally
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        }
    }

    private static async Task NpmAsync(string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = Run(start);
        var output = npm.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = npm.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await npm.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            await npm.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        if (npm.ExitCode == 0) return;
        var reason = $"{await output}\n{await errors}".Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault(line => line.Contains("npm error", StringComparison.Ordinal));
        throw new StartException($"npm could not install Azurite ({reason ?? $"exit code {npm.ExitCode}"}). The next start tries again.");
    }

    private static Process Run(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new StartException("npm, which comes with Node.js, was not found. Install it, and start again.", e);
        }
    }

    /// <summary>One process installs; the others wait for it. The system drops the lock with its holder.</summary>
    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(LockRetry, cancellation);
            }
        }
    }

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? $"{program}.exe" : program)));
}
