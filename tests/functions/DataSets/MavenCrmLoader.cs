using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Row = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace Crm.Tests.DataSets;

/// <summary>Loads the sales of the Maven data set: names become references, every record keeps its id of origin, and what has no place is reported.</summary>
internal sealed class MavenCrmLoader(DataSetLoad load)
{
    // The pipeline file's own spelling of a product.
    private const string MisspeltProduct = "GTXPro";

    private static readonly Dictionary<string, string> StageNames = new()
    {
        ["Prospecting"] = "Prospecting",
        ["Engaging"] = "Qualification",
        ["Won"] = "Closed Won",
        ["Lost"] = "Closed Lost",
    };

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

    private Task LoadAccountsAsync() =>
        load.PostTreeAsync("accounts.csv", "accounts", load.Read("accounts.csv"), row => row["account"], row => row["subsidiary_of"], Account, _accounts);

    private JsonObject Account(Row row)
    {
        load.Report.Remark("accounts.csv: year_established has no field and is left out");
        var account = new JsonObject
        {
            ["name"] = row["account"],
            ["accountType"] = "customer",
            ["industry"] = row["sector"],
            ["annualRevenue"] = decimal.Parse(row["revenue"], CultureInfo.InvariantCulture) * 1_000_000,
            ["employeeCount"] = int.Parse(row["employees"], CultureInfo.InvariantCulture),
            ["externalIds"] = load.ExternalId(row["account"]),
        };
        if (row["subsidiary_of"] is { Length: > 0 } parent)
            account["parentAccountId"] = _accounts[parent];
        if (DataSetLoad.Country(row["office_location"]) is { } country)
            account["billingAddress"] = new JsonObject { ["country"] = country };
        else
            load.Report.Remark($"accounts.csv: office_location '{row["office_location"]}' is no country and is left out");
        return account;
    }

    public async Task LoadProductsAsync()
    {
        var rows = load.Read("products.csv");
        foreach (var row in rows)
            _series[row["product"]] = row["series"];
        await load.PostAllAsync("products.csv", "products", rows, row => row["product"], row => new JsonObject
        {
            ["sku"] = row["product"].Replace(' ', '-').ToUpperInvariant(),
            ["name"] = row["product"],
            ["listPrice"] = decimal.Parse(row["sales_price"], CultureInfo.InvariantCulture),
            ["tags"] = new JsonArray(row["series"]),
            ["externalIds"] = load.ExternalId(row["product"]),
        });
    }

    private async Task LoadTeamsAsync()
    {
        var rows = load.Read("sales_teams.csv");
        await load.PostAllAsync("sales_teams.csv", "users", rows, row => row["sales_agent"], row =>
        {
            load.Report.Remark("sales_teams.csv: manager is nobody who signs in and is left out");
            load.Report.Remark("sales_teams.csv: an address at example.com is made up from the name");
            var userName = row["sales_agent"].Replace(' ', '.').ToLowerInvariant();
            return new JsonObject { ["name"] = row["sales_agent"], ["userName"] = userName, ["email"] = $"{userName}@example.com", ["status"] = "active", ["roleIds"] = new JsonArray("sales"), ["externalIds"] = load.ExternalId(row["sales_agent"]) };
        }, _users);

        var regions = rows.GroupBy(row => row["regional_office"]).ToDictionary(region => region.Key, region => region.Select(row => row["sales_agent"]).ToList());
        var teams = new Dictionary<string, string>();
        await load.PostAllAsync("sales_teams.csv (regional offices)", "teams", [.. regions.Keys.Select(region => new Dictionary<string, string> { ["region"] = region })], row => row["region"], row => new JsonObject
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
        load.PostAllAsync("sales_pipeline.csv", "opportunities", load.Read("sales_pipeline.csv"), row => row["opportunity_id"], Opportunity);

    private JsonObject Opportunity(Row row)
    {
        var product = row["product"];
        if (product == MisspeltProduct)
        {
            load.Report.Remark("sales_pipeline.csv: product 'GTXPro' is taken for 'GTX Pro'");
            product = "GTX Pro";
        }

        // As tags, not as lines: a line's price times its quantity would have to be close_value, and it is not.
        load.Report.Remark("sales_pipeline.csv: product is kept as tags (product and series)");
        var opportunity = new JsonObject
        {
            ["name"] = $"{product}{(row["account"] is { Length: > 0 } name ? $" for {name}" : "")}",
            ["stageId"] = _stages[StageNames[row["deal_stage"]]],
            ["ownerId"] = _users[row["sales_agent"]],
            ["teamIds"] = new JsonArray(_teamOf[row["sales_agent"]]),
            ["tags"] = new JsonArray(product, _series[product]),
            ["externalIds"] = load.ExternalId(row["opportunity_id"]),
        };
        if (row["account"] is { Length: > 0 } account)
            opportunity["accountId"] = _accounts[account];
        else
            load.Report.Remark("sales_pipeline.csv: no account");
        if (row["close_date"] is { Length: > 0 } closed)
            opportunity["closeDate"] = closed;
        if (row["close_value"] is { Length: > 0 } value)
            opportunity["amount"] = decimal.Parse(value, CultureInfo.InvariantCulture);
        if (row["engage_date"] is { Length: > 0 } engaged)
        {
            load.Report.Remark("sales_pipeline.csv: engage_date has no field and is kept in the description");
            opportunity["description"] = $"Engaged on {engaged}.";
        }

        return opportunity;
    }

    private async Task<Dictionary<string, string>> StagesAsync()
    {
        var pipelines = await load.Client.GetFromJsonAsync<JsonObject>("/api/v1/pipelines");
        return pipelines!["value"]![0]!["stages"]!.AsArray().ToDictionary(stage => (string)stage!["name"]!, stage => (string)stage!["id"]!);
    }
}
