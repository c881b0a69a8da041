using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Crm.Tests.DataSets;

/// <summary>A row the API did not take, and why.</summary>
public sealed record RefusedRow(string File, string Row, int Status, JsonNode? Problem);

/// <summary>What a load did with every row and every value that has no obvious place. Nothing is left out without a line here.</summary>
public sealed class LoadReport
{
    private readonly ConcurrentDictionary<string, int> _placed = new();
    private readonly ConcurrentDictionary<string, int> _remarks = new();

    /// <summary>Rows that became records, by file.</summary>
    public IReadOnlyDictionary<string, int> Placed => _placed;

    public ConcurrentBag<RefusedRow> Refused { get; } = [];

    /// <summary>Values that were changed, moved or left out, each kind with the number of rows it concerns.</summary>
    public IReadOnlyDictionary<string, int> Remarks => _remarks;

    public void Place(string file) => _placed.AddOrUpdate(file, 1, (_, count) => count + 1);

    public void Remark(string what) => _remarks.AddOrUpdate(what, 1, (_, count) => count + 1);

    public override string ToString() => string.Join('\n',
    [
        .. _placed.OrderBy(file => file.Key).Select(file => $"{file.Key}: {file.Value} placed"),
        .. Refused.GroupBy(row => (row.File, row.Status, Code: (string?)row.Problem?["code"])).Select(alike => $"{alike.Key.File}: {alike.Count()} refused with {alike.Key.Status} {alike.Key.Code}, such as {alike.First().Row}: {alike.First().Problem?["detail"]}"),
        .. _remarks.OrderBy(remark => remark.Key).Select(remark => $"{remark.Key}: {remark.Value}"),
    ]);
}
