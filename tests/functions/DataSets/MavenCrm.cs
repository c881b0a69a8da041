using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Crm.Tests.Program;

namespace Crm.Tests.DataSets;

/// <summary>A CRM that holds the Maven data set: loaded once for all tests that ask about it.</summary>
public sealed class MavenCrm : IAsyncLifetime
{
    public const string Name = "maven-crm";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("crm-maven-");
    private CrmProcess? _crm;

    public LoadReport Report { get; } = new();

    /// <summary>What the load took. For the eye: no test depends on it.</summary>
    public TimeSpan LoadTime { get; private set; }

    public HttpClient Client => _crm!.Client;

    public static DirectoryInfo Folder => DataSetFactAttribute.Find(Name)!;

    /// <summary>What is known of the set, from outside this project.</summary>
    public static JsonObject Facts => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder.FullName, "facts.json")))!.AsObject();

    public async Task InitializeAsync()
    {
        if (DataSetFactAttribute.Find(Name) is not { } folder)
            return;

        _crm = await CrmProcess.StartAsync(Path.Combine(_data.FullName, "data"));
        var watch = Stopwatch.StartNew();
        await new MavenCrmLoader(Client, folder, Report).LoadAsync();
        LoadTime = watch.Elapsed;
    }

    public async Task DisposeAsync()
    {
        if (_crm is not null)
            await _crm.DisposeAsync();
        _data.Delete(recursive: true);
    }

    /// <summary>All records of a list, page after page.</summary>
    public async Task<List<JsonObject>> WalkAsync(string list)
    {
        var records = new List<JsonObject>();
        for (var next = $"/api/v1/{list}"; next is not null;)
        {
            var page = (await Client.GetFromJsonAsync<JsonObject>(next))!;
            records.AddRange(page["value"]!.AsArray().Select(record => record!.AsObject()));
            next = (string?)page["nextLink"];
        }

        return records;
    }

    public async Task<int> CountAsync(string collection, string filter)
    {
        var page = (await Client.GetFromJsonAsync<JsonObject>($"/api/v1/{collection}?maxpagesize=1&count=true&filter={Uri.EscapeDataString(filter)}"))!;
        Assert.True((bool?)page["countIsExact"]);
        return (int)page["count"]!;
    }
}
