using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using PhoneNumbers;
using Row = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace Crm.Tests.DataSets;

/// <summary>
/// A data set on its way into a CRM, over HTTP as a customer's own script would: rows are posted several at a time, and what became of each is written down.
/// </summary>
internal sealed class DataSetLoad(HttpClient client, DirectoryInfo folder, string source, LoadReport report)
{
    private static readonly ParallelOptions EightAtOnce = new() { MaxDegreeOfParallelism = 8 };

    private static readonly Dictionary<string, string> Countries = new(
        CultureInfo.GetCultures(CultureTypes.SpecificCultures)
            .Select(culture => new RegionInfo(culture.Name))
            .Where(region => region.TwoLetterISORegionName.Length == 2)
            .DistinctBy(region => region.EnglishName)
            .Select(region => KeyValuePair.Create(region.EnglishName, region.TwoLetterISORegionName)))
    {
        ["UK"] = "GB",
        ["USA"] = "US",
    };

    public HttpClient Client => client;

    public LoadReport Report => report;

    /// <summary>The code of the country that a name means, or null where it means none or more than one.</summary>
    public static string? Country(string name) => Countries.GetValueOrDefault(name);

    /// <summary>A phone number as it is dialled from abroad; one that is none stays as it is, for the API to judge.</summary>
    public static string Phone(string number, string? country)
    {
        try
        {
            var phones = PhoneNumberUtil.GetInstance();
            return phones.Format(phones.Parse(number, country), PhoneNumberFormat.INTERNATIONAL);
        }
        catch (NumberParseException)
        {
            return number;
        }
    }

    /// <summary>A person's name in two parts: the last word, and what stands before it.</summary>
    public static (string? First, string Last) Names(string name) =>
        name.LastIndexOf(' ') is > 0 and var space ? (name[..space], name[(space + 1)..]) : (null, name);

    public List<Row> Read(string file)
    {
        using var csv = CsvReader.FromFile(Path.Combine(folder.FullName, file));
        var rows = new List<Row>();
        while (csv.Read())
            rows.Add(csv.Headers.ToArray().ToDictionary(column => column, column => csv.GetString(column)));
        return rows;
    }

    public JsonArray ExternalId(string id) => [new JsonObject { ["source"] = source, ["id"] = id }];

    /// <summary>Creates a record for each row.</summary>
    /// <param name="ids">Takes the id of each record, under the row's key.</param>
    /// <param name="dispensable">Fields that a record can do without: where the API refuses nothing but their values, it is sent again without these.</param>
    public Task PostAllAsync(
        string file, string collection, IEnumerable<Row> rows, Func<Row, string> key, Func<Row, JsonObject> body, Dictionary<string, string>? ids = null, params string[] dispensable) =>
        Parallel.ForEachAsync(rows, EightAtOnce, async (row, cancellation) =>
        {
            var record = body(row);
            var (status, answer) = await PostAsync(collection, record, cancellation);
            if (status == HttpStatusCode.UnprocessableEntity && GiveUp(file, record, answer!["errors"]!.AsArray(), dispensable))
                (status, answer) = await PostAsync(collection, record, cancellation);
            if (status != HttpStatusCode.Created)
            {
                report.Refused.Add(new RefusedRow(file, key(row), (int)status, answer));
                return;
            }

            report.Place(file);
            if (ids is null)
                return;
            lock (ids)
                ids.Add(key(row), (string)answer!["id"]!);
        });

    /// <summary>Creates a record for each row, parents before their children, one generation at a time.</summary>
    /// <param name="parent">The key of the row's parent, or an empty text.</param>
    public async Task PostTreeAsync(
        string file, string collection, List<Row> rows, Func<Row, string> key, Func<Row, string> parent, Func<Row, JsonObject> body, Dictionary<string, string> ids)
    {
        for (var waiting = rows; waiting.Count > 0;)
        {
            var ready = waiting.Where(row => parent(row) is "" || ids.ContainsKey(parent(row))).ToList();
            Assert.True(ready.Count > 0, $"{file}: the parents of these are not among the rows: {string.Join(", ", waiting.Select(key))}");
            waiting = [.. waiting.Except(ready)];
            await PostAllAsync(file, collection, ready, key, body, ids);
        }
    }

    private async Task<(HttpStatusCode Status, JsonNode? Answer)> PostAsync(string collection, JsonObject record, CancellationToken cancellation)
    {
        using var response = await client.PostAsJsonAsync($"/api/v1/{collection}", record, cancellation);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonNode>(cancellation));
    }

    /// <summary>Takes the refused values out of a record; false where one of them is no field it can do without.</summary>
    private bool GiveUp(string file, JsonObject record, JsonArray errors, string[] dispensable)
    {
        // "#/email" is a value, "#/phones/1/number" is in an element of a list. From the end, so that the places before it stay what they are.
        var refused = errors.Select(error => (Path: ((string)error!["pointer"]!).Split('/')[1..], Detail: (string)error["detail"]!)).Reverse().ToList();
        if (!refused.TrueForAll(value => dispensable.Contains(value.Path[0])))
            return false;

        foreach (var (path, detail) in refused)
        {
            report.Remark($"{file}: {path[0]} {detail}; this one is left out");
            if (record[path[0]] is JsonArray list)
                list.RemoveAt(int.Parse(path[1], CultureInfo.InvariantCulture));
            else
                record.Remove(path[0]);
        }

        return true;
    }
}
