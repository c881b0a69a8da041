using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Crm.Local.Functions.Catalog;
using Crm.Platform.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Crm.Benchmarks.Api;

/// <summary>The whole CRM in this process, over a data folder of its own, with as many contacts as asked for.</summary>
internal sealed class CrmInProcess : IAsyncDisposable
{
    private const int Seeders = 16;
    private const string Password = "for one run only";

    /// <summary>Nobody answers there, and no Azurite is started that would take part in what is measured.</summary>
    private const string NoFiles = "DefaultEndpointsProtocol=http;AccountName=none;AccountKey=bm9uZQ==;BlobEndpoint=http://127.0.0.1:9/none";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("crm-benchmark-");
    private readonly IHost _host;

    private CrmInProcess(string[] settings)
    {
        // A token that outlasts the longest run.
        _host = CrmApplication.CreateBuilder(["--urls=http://127.0.0.1:0", .. Settings(_data.FullName), "--Auth:AccessTokenMinutes=1440", .. settings]).Build();
    }

    public Uri Address => new(_host.Services.GetServices<ITriggerListener>().SelectMany(listener => listener.Addresses).Single());

    public CrmContainers Containers => _host.Services.GetRequiredService<CrmContainers>();

    public static string[] Settings(string data) => [$"--CRM_DATA={data}", "--CRM_COSMOS_PORT=0", "--Storage=" + NoFiles, $"--CRM_ADMIN_PASSWORD={Password}"];

    /// <summary>The ids of the contacts that were seeded.</summary>
    public List<string> Ids { get; } = [];

    /// <summary>What it has cost since it started, in request units.</summary>
    public double RequestUnits => _host.Services.GetRequiredService<RequestChargeTotal>().Sum;

    public static async Task<CrmInProcess> StartAsync(params string[] settings)
    {
        var crm = new CrmInProcess(settings);
        await crm._host.StartAsync();
        return crm;
    }

    /// <summary>Has the client send the administrator's token from now on.</summary>
    public async Task SignInAsync(HttpClient client)
    {
        using var response = await client.PostAsJsonAsync($"{Address}auth/token", new { grant_type = "password", username = "admin", password = Password });
        response.EnsureSuccessStatusCode();
        var tokens = await response.Content.ReadFromJsonAsync<JsonObject>();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)tokens!["access_token"]!);
    }

    /// <summary>Creates contacts over HTTP until there are so many.</summary>
    public async Task SeedAsync(HttpClient client, int contacts)
    {
        var made = new ConcurrentBag<string>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Seeders };
        await Parallel.ForAsync(Ids.Count, contacts, options, async (number, cancellation) =>
        {
            using var response = await client.PostAsJsonAsync($"{Address}api/v1/contacts", Contacts.New(new Random(number)), cancellation);
            response.EnsureSuccessStatusCode();
            made.Add((string)(await response.Content.ReadFromJsonAsync<JsonObject>(cancellation))!["id"]!);
        });
        Ids.AddRange(made);
    }

    /// <summary>Bytes on disk, write-ahead log included.</summary>
    public long FileSize() => _data.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _data.Delete(recursive: true);
    }
}
