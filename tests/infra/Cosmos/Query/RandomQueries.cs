using Crm.Local.Cosmos.Query;

namespace Crm.Local.Tests.Cosmos.Query;

/// <summary>Documents with mixed types and missing fields, and queries over them, from a seed.</summary>
internal sealed class RandomQueries(int seed)
{
    private static readonly string[] Values =
        ["null", "true", "false", "0", "-0", "1", "1.0", "2", "-3.5", "1e3", "\"\"", "\"a\"", "\"ab\"", "\"b\"", "\"é\"", "\"\\ud83d\\ude00\"", "[]", "[1]", "{}", "{\"x\":1}"];

    private static readonly string[] Scalars = [.. Values.Where(value => value[0] is not ('[' or '{'))];
    private static readonly string[] Paths = ["c.a", "c.b", "c.o.x", "c.u", "c[\"a\"]", "c.id", "c.e", "c._ts"];
    private readonly Random _random = new(seed);

    // Rids are never reused: the next is one more than this.
    private int _made;

    public InMemoryItems Items(bool hierarchical)
    {
        var items = hierarchical
            ? new InMemoryItems(["/t", "/e", "/id"], "/a", "/b", "/o/x", "/k", "/tags/[]", "/_ts")
            : new InMemoryItems(["/e"], "/a", "/b", "/o/x", "/k", "/tags/[]", "/_ts");
        var count = _random.Next(0, 60);
        for (_made = 0; _made < count;) items.Add(Item(_made), ++_made);
        return items;
    }

    /// <summary>Takes an item away, whose id is then among the removed, and adds another.</summary>
    public void Replace(InMemoryItems items, HashSet<string> removed)
    {
        if (items.Items.Count == 0) return;
        var gone = items.Items[_random.Next(items.Items.Count)].Rid;
        removed.Add($"\"{gone - 1}\"");
        items.Remove(gone);
        items.Add(Item(_made), ++_made);
    }

    /// <summary>The whole container, a tenant, a record, or a piece of the key space.</summary>
    public EpkRange Range(InMemoryItems items)
    {
        if (items.Items.Count == 0) return EpkRange.All;
        var epk = items.Items[_random.Next(items.Items.Count)].Epk;
        return _random.Next(4) switch
        {
            0 => EpkRange.Of(epk),
            1 => EpkRange.Of(epk[..Math.Min(64, epk.Length)]),
            2 => new EpkRange("", epk),
            _ => EpkRange.All,
        };
    }

    /// <summary>The ids of some items, in an order or in none.</summary>
    public string Rows() => $"SELECT VALUE c.id FROM c{Conditions("c.a", out var order)}{order}";

    /// <summary>A query whose rows have an order of their own, or any.</summary>
    public string Query(out bool ordered)
    {
        var join = Maybe(15);
        var where = Conditions(join ? "t" : "c.a", out var order);
        var kind = _random.Next(10);
        var from = join ? " FROM c JOIN t IN c.tags" : Maybe(10) ? $" FROM (SELECT {Pick("", "DISTINCT ")}VALUE c FROM c{Where("c.b")}) AS c" : " FROM c";
        var top = order.Length > 0 && Maybe(20) ? $"TOP {_random.Next(8)} " : "";
        var offset = order.Length > 0 && top.Length == 0 && Maybe(20) ? $" OFFSET {_random.Next(5)} LIMIT {_random.Next(12)}" : "";
        ordered = order.Length > 0 || kind < 3;
        return kind switch
        {
            0 => $"SELECT VALUE COUNT(1){from}{where}",
            1 => $"SELECT c.e, COUNT(1) AS n, MAX(c.a) AS m, SUM(c._ts) AS s{from}{where} GROUP BY c.e",
            2 => $"SELECT DISTINCT VALUE c.a{from}{where}",
            3 => $"SELECT {top}VALUE c.u{from}{where}{order}{offset}",
            4 => $"SELECT {top}c.id, c.a, c.missing{from}{where}{order}{offset}",
            _ => $"SELECT {top}VALUE [c.id, c.a]{from}{where}{order}{offset}",
        };
    }

    private string Conditions(string element, out string order)
    {
        order = Maybe(55) ? $" ORDER BY {string.Join(", ", Enumerable.Range(0, Maybe(80) ? 1 : 2).Select(_ => Pick(Paths) + Pick("", " ASC", " DESC")))}" : "";
        var where = Where(element);
        if (order.Length > 0 && Maybe(60)) where = $" WHERE IS_DEFINED({order.Split(' ')[3].TrimEnd(',')}){(where.Length > 0 ? $" AND ({where[7..]})" : "")}";
        if (Maybe(40)) where = $"{(where.Length > 0 ? where + " AND" : " WHERE")} c.t = 't0' AND c.e = {Pick("'x'", "1", "0")}";
        // Several equalities that often hold together.
        if (Maybe(30)) where = $"{(where.Length > 0 ? where + " AND" : " WHERE")} c.k {Pick("= 'x'", "IN ('x', 1)")} AND {Pick("c.a = 1", "c.b = 1", $"ARRAY_CONTAINS(c.tags, {Pick(Values)})", "c._ts IN (0, 1, 2, 3)")}";
        return where;
    }

    private string Item(int number)
    {
        var fields = new List<string> { $"\"id\":\"{number}\"", $"\"t\":\"t{_random.Next(2)}\"", $"\"e\":{Pick("\"x\"", "\"y\"", "1", "0", "-0")}", $"\"_ts\":{number / 4}" };
        if (Maybe(80)) fields.Add($"\"a\":{Pick(Values)}");
        if (Maybe(90)) fields.Add($"\"k\":{Pick("\"x\"", "\"x\"", "\"y\"", "1")}");
        if (Maybe(60)) fields.Add($"\"b\":{Pick(Values)}");
        if (Maybe(60)) fields.Add($"\"u\":{Pick(Values)}");
        if (Maybe(60)) fields.Add($"\"o\":{{{(Maybe(70) ? $"\"x\":{Pick(Values)}" : "")}}}");
        if (Maybe(60)) fields.Add($"\"tags\":[{string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(_ => Pick(Values)))}]");
        return $"{{{string.Join(',', fields)}}}";
    }

    private string Where(string element) => Maybe(15) ? "" : $" WHERE {Condition(3, element)}";

    private string Condition(int depth, string element)
    {
        if (depth > 0 && Maybe(55))
        {
            var operands = string.Join(Pick(" AND ", " AND ", " OR "), Enumerable.Range(0, _random.Next(2, 4)).Select(_ => Condition(depth - 1, element)));
            return Maybe(10) ? $"NOT ({operands})" : $"({operands})";
        }

        var path = Maybe(10) ? element : Pick(Paths);
        var value = Pick(Scalars);
        return _random.Next(16) switch
        {
            0 or 1 or 2 => $"{path} {Pick("=", "=", "!=")} {Pick(Values)}",
            3 or 4 => $"{path} {Pick("<", "<=", ">", ">=")} {value}",
            5 => $"{value} {Pick("=", "<", "<=", ">", ">=")} {path}",
            6 => $"{path} {Pick("IN", "IN", "NOT IN")} ({value}, {Pick(Values)}{Pick("", ", undefined", $", {Pick(Paths)}")})",
            7 => $"({path} {Pick("BETWEEN", "BETWEEN", "NOT BETWEEN")} {value} AND {Pick(Scalars)})",
            8 => $"STARTSWITH({path}, {Pick("''", "'a'", "'ab'", "'é'")}{Pick("", ", true")})",
            9 => $"{Pick("", "", "NOT ")}IS_DEFINED({path})",
            10 => $"ARRAY_CONTAINS(c.tags, {Pick(Values)}{Pick("", ", true")})",
            11 => $"EXISTS(SELECT VALUE x FROM x IN c.tags WHERE x {Pick("=", "<", ">=")} {value})",
            12 => $"{path} LIKE {Pick("'a%'", "'ab'", "'%b'", "'_'")}",
            13 => $"{Pick("IS_STRING", "IS_NUMBER", "IS_NULL", "IS_BOOL")}({path})",
            14 => $"c.id IN ('{_random.Next(20)}', '{_random.Next(20)}')",
            _ => Pick("c.a", "NOT c.a", "ARRAY_CONTAINS(['a', 1, null], c.a)", "ARRAY_CONTAINS_ANY(c.tags, 'a', 2)", "CONTAINS(c.a, 'b')", "c.a = c.b", "c.a > undefined", "c.a != undefined", "(c.a ?? c.b) = 1", "(c.a ? c.b : c.u) = 'a'"),
        };
    }

    private bool Maybe(int percent) => _random.Next(100) < percent;

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
