using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using Row = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace Crm.Tests.DataSets;

/// <summary>
/// Loads the sales of the Maven data set over HTTP, as a customer's own script would: names become references, every record keeps its
/// id of origin, and what has no place is reported.
/// </summary>
public sealed class MavenCrmLoader(HttpClient client, DirectoryInfo folder, LoadReport report)
{
    private const string Source = "maven";

    // The pipeline file's own spelling of a product.
    private const string MisspeltProduct = "GTXPro";

    /// <summary>Names of countries that mean one country. "Korea" does not, and "Philipines" is no name of one: both are reported.</summary>
    private static readonly Dictionary<string, string> Countries = new()
    {
        ["Belgium"] = "BE",
        ["Brazil"] = "BR",
        ["China"] = "CN",
        ["Germany"] = "DE",
        ["Italy"] = "IT",
        ["Japan"] = "JP",
        ["Jordan"] = "JO",
        ["Kenya"] = "KE",
        ["Norway"] = "NO",
        ["Panama"] = "PA",
        ["Poland"] = "PL",
        ["Romania"] = "RO",
        ["United States"] = "US",
    };

    private static readonly Dictionary<string, string> StageNames = new()
    {
        ["Prospecting"] = "Prospecting",
        ["Engaging"] = "Qualification",
        ["Won"] = "Closed Won",
        ["Lost"] = "Closed Lost",
    };

    private static readonly ParallelOptions EightAtOnce = new() { MaxDegreeOfParallelism = 8 };

    private readonly Dictionary<string, string> _accounts = [];
    private readonly Dictionary<string, string> _series = [];
    private readonly Dictionary<string, string> _users = [];
    private readonly Dictionary<string, string> _teamOf = [];
    private Dictionary<string, string> _stages = [];

    public async Task LoadAsync()
    {
        _stages = await StagesAsync();
        await LoadAccountsAsync();
        await LoadProductsAsync();
        await LoadTeamsAsync();
        await LoadOpportunitiesAsync();
    }

    public static List<Row> Read(DirectoryInfo folder, string file)
    {
        using var csv = CsvReader.FromFile(Path.Combine(folder.FullName, file));
        var rows = new List<Row>();
        while (csv.Read())
            rows.Add(csv.Headers.ToArray().ToDictionary(column => column, column => csv.GetString(column)));
        return rows;
    }

    /// <summary>Parents before their subsidiaries, one generation at a time.</summary>
    private async Task LoadAccountsAsync()
    {
        var waiting = Read(folder, "accounts.csv");
        while (waiting.Count > 0)
        {
            var ready = waiting.Where(row => row["subsidiary_of"] is "" || _accounts.ContainsKey(row["subsidiary_of"])).ToList();
            Assert.True(ready.Count > 0, $"The parents of these are not among the accounts: {string.Join(", ", waiting.Select(row => row["account"]))}");
            waiting = [.. waiting.Except(ready)];
            await PostAllAsync("accounts.csv", "accounts", ready, row => row["account"], Account, _accounts);
        }
    }

    private JsonObject Account(Row row)
    {
        report.Remark("accounts.csv: year_established has no field and is left out");
        var account = new JsonObject
        {
            ["name"] = row["account"],
            ["accountType"] = "customer",
            ["industry"] = row["sector"],
            ["annualRevenue"] = decimal.Parse(row["revenue"], CultureInfo.InvariantCulture) * 1_000_000,
            ["employeeCount"] = int.Parse(row["employees"], CultureInfo.InvariantCulture),
            ["externalIds"] = ExternalId(row["account"]),
        };
        if (row["subsidiary_of"] is { Length: > 0 } parent)
            account["parentAccountId"] = _accounts[parent];
        if (Countries.TryGetValue(row["office_location"], out var country))
            account["billingAddress"] = new JsonObject { ["country"] = country };
        else
            report.Remark($"accounts.csv: office_location '{row["office_location"]}' is no country and is left out");
        return account;
    }

    public async Task LoadProductsAsync()
    {
        var rows = Read(folder, "products.csv");
        foreach (var row in rows)
            _series[row["product"]] = row["series"];
        await PostAllAsync("products.csv", "products", rows, row => row["product"], row => new JsonObject
        {
            ["sku"] = row["product"].Replace(' ', '-').ToUpperInvariant(),
            ["name"] = row["product"],
            ["listPrice"] = decimal.Parse(row["sales_price"], CultureInfo.InvariantCulture),
            ["tags"] = new JsonArray(row["series"]),
            ["externalIds"] = ExternalId(row["product"]),
        });
    }

    private async Task LoadTeamsAsync()
    {
        var rows = Read(folder, "sales_teams.csv");
        await PostAllAsync("sales_teams.csv", "users", rows, row => row["sales_agent"], row =>
        {
            report.Remark("sales_teams.csv: manager is nobody who signs in and is left out");
            report.Remark("sales_teams.csv: an address at example.com is made up from the name");
            var userName = row["sales_agent"].Replace(' ', '.').ToLowerInvariant();
            return new JsonObject { ["name"] = row["sales_agent"], ["userName"] = userName, ["email"] = $"{userName}@example.com", ["status"] = "active", ["externalIds"] = ExternalId(row["sales_agent"]) };
        }, _users);

        var regions = rows.GroupBy(row => row["regional_office"]).ToDictionary(region => region.Key, region => region.Select(row => row["sales_agent"]).ToList());
        var teams = new Dictionary<string, string>();
        await PostAllAsync("sales_teams.csv (regional offices)", "teams", [.. regions.Keys.Select(region => new Dictionary<string, string> { ["region"] = region })], row => row["region"], row => new JsonObject
        {
            ["name"] = row["region"],
            ["kind"] = "sales",
            ["territory"] = new JsonArray(row["region"]),
            ["members"] = new JsonArray([.. regions[row["region"]].Select(agent => new JsonObject { ["userId"] = _users[agent] })]),
        }, teams);
        foreach (var (region, agents) in regions)
            foreach (var agent in agents)
                _teamOf[agent] = teams[region];
    }

    private Task LoadOpportunitiesAsync() =>
        PostAllAsync("sales_pipeline.csv", "opportunities", Read(folder, "sales_pipeline.csv"), row => row["opportunity_id"], Opportunity);

    private JsonObject Opportunity(Row row)
    {
        var product = row["product"];
        if (product == MisspeltProduct)
        {
            report.Remark("sales_pipeline.csv: product 'GTXPro' is taken for 'GTX Pro'");
            product = "GTX Pro";
        }

        // As tags, not as lines: a line's price times its quantity would have to be close_value, and it is not.
        report.Remark("sales_pipeline.csv: product is kept as tags (product and series)");
        var opportunity = new JsonObject
        {
            ["name"] = $"{product}{(row["account"] is { Length: > 0 } name ? $" for {name}" : "")}",
            ["stageId"] = _stages[StageNames[row["deal_stage"]]],
            ["ownerId"] = _users[row["sales_agent"]],
            ["teamIds"] = new JsonArray(_teamOf[row["sales_agent"]]),
            ["tags"] = new JsonArray(product, _series[product]),
            ["externalIds"] = ExternalId(row["opportunity_id"]),
        };
        if (row["account"] is { Length: > 0 } account)
            opportunity["accountId"] = _accounts[account];
        else
            report.Remark("sales_pipeline.csv: no account");
        if (row["close_date"] is { Length: > 0 } closed)
            opportunity["closeDate"] = closed;
        if (row["close_value"] is { Length: > 0 } value)
            opportunity["amount"] = decimal.Parse(value, CultureInfo.InvariantCulture);
        if (row["engage_date"] is { Length: > 0 } engaged)
        {
            report.Remark("sales_pipeline.csv: engage_date has no field and is kept in the description");
            opportunity["description"] = $"Engaged on {engaged}.";
        }

        return opportunity;
    }

    private async Task<Dictionary<string, string>> StagesAsync()
    {
        var pipelines = await client.GetFromJsonAsync<JsonObject>("/api/v1/pipelines");
        return pipelines!["value"]![0]!["stages"]!.AsArray().ToDictionary(stage => (string)stage!["name"]!, stage => (string)stage!["id"]!);
    }

    private async Task PostAllAsync(string file, string collection, IReadOnlyList<Row> rows, Func<Row, string> key, Func<Row, JsonObject> body, Dictionary<string, string>? ids = null)
    {
        await Parallel.ForEachAsync(rows, EightAtOnce, async (row, cancellation) =>
        {
            using var response = await client.PostAsJsonAsync($"/api/v1/{collection}", body(row), cancellation);
            var answer = await response.Content.ReadFromJsonAsync<JsonNode>(cancellation);
            if (!response.IsSuccessStatusCode)
            {
                report.Refused.Add(new RefusedRow(file, key(row), (int)response.StatusCode, answer));
                return;
            }

            report.Place(file);
            if (ids is null)
                return;
            lock (ids)
                ids.Add(key(row), (string)answer!["id"]!);
        });
    }

    private static JsonArray ExternalId(string id) => [new JsonObject { ["source"] = Source, ["id"] = id }];
}
