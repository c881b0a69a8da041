using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Crm.Tests.Program;

namespace Crm.Tests.DataSets;

/// <summary>A CRM that holds a data set: loaded once for all tests that ask about it.</summary>
public abstract class LoadedCrm(string name) : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory($"crm-{name}-");
    private CrmProcess? _crm;
    private DataSetLoad? _load;

    public LoadReport Report { get; } = new();

    /// <summary>What the load took. For the eye: no test depends on it.</summary>
    public TimeSpan LoadTime { get; private set; }

    public HttpClient Client => _crm!.Client;

    /// <summary>What is known of the set, from outside this project.</summary>
    public JsonObject Facts => field ??= JsonNode.Parse(File.ReadAllText(Path.Combine(DataSetFactAttribute.Find(name)!.FullName, "facts.json")))!.AsObject();

    public async Task InitializeAsync()
    {
        if (DataSetFactAttribute.Find(name) is null)
            return;

        _crm = await CrmProcess.StartAsync(Path.Combine(_data.FullName, "data"));
        _load = NewLoad(Report);
        var watch = Stopwatch.StartNew();
        await LoadAsync(_load);
        LoadTime = watch.Elapsed;
    }

    public async Task DisposeAsync()
    {
        if (_crm is not null)
            await _crm.DisposeAsync();
        _data.Delete(recursive: true);
    }

    /// <summary>The rows of one of the set's files.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Rows(string file) => _load!.Read(file);

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

    internal DataSetLoad NewLoad(LoadReport report) => new(Client, DataSetFactAttribute.Find(name)!, name, report);

    internal abstract Task LoadAsync(DataSetLoad load);
}
