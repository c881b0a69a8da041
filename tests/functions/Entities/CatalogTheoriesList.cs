using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities;

/// <summary>Lists, for every collection there is.</summary>
[Collection(SharedApp.Name)]
public sealed class CatalogTheoriesList(CrmApp app)
{
    public static TheoryData<string> Collections => Catalogued.Collections;

    [Theory, MemberData(nameof(Collections))]
    public async Task List_OneToAPage_GivesEachRecordOnce(string collection)
    {
        string[] ids = [(await app.CreateAsync(collection)).Id(), (await app.CreateAsync(collection)).Id(), (await app.CreateBareAsync(collection)).Id()];
        var page = await app.ListAsync(collection, ("filter", $"id in ('{string.Join("','", ids)}')"), ("maxpagesize", "1"));
        var seen = new List<string>();
        while (page.Expect(200).Json["nextLink"]?.GetValue<string>() is { } next)
        {
            seen.Add(Assert.Single(page.Json["value"]!.AsArray())!.Id());
            Assert.Equal($"<{next}>; rel=\"next\"", page.Headers["Link"]);
            page = await app.SendAsync("GET", next);
        }

        seen.AddRange(page.Json["value"]!.AsArray().Select(row => row!.Id()));
        Assert.Equal(ids.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        Assert.False(page.Headers.ContainsKey("Link"));
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task List_ShowsARecordAsAReadDoes(string collection)
    {
        var record = await app.CreateAsync(collection);
        var list = (await app.ListAsync(collection, ("filter", $"id eq '{record.Id()}'"), ("count", "true"))).Expect(200).Json;

        Expectations.ExpectSame(record, Assert.Single(list["value"]!.AsArray()), "the row");
        Assert.Equal((1, true), (list["count"]!.GetValue<int>(), list["countIsExact"]!.GetValue<bool>()));
        Assert.False(list.ContainsKey("nextLink"));
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task List_FilteredByAnyScalarOfARecord_FindsIt(string collection)
    {
        var record = await app.CreateAsync(collection);
        foreach (var field in Catalogued.Type(collection).Fields.Values.Where(field => field.Filterable && record[field.Name] is JsonValue && !IsLongDecimal(record[field.Name]!)))
        {
            var value = Literal(field, record[field.Name]!);
            (await app.ListAsync(collection, ("filter", $"id eq '{record.Id()}' and {field.Name} eq {value}"))).ExpectIds(record.Id());
            (await app.ListAsync(collection, ("filter", $"id eq '{record.Id()}' and {field.Name} ne {value}"))).ExpectIds();
        }
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task List_OrderedByAnySortableField_IsInThatOrder(string collection)
    {
        var changed = await app.ChangeEverythingAsync(await app.CreateAsync(collection));
        string[] ids = [changed.Id(), (await app.CreateAsync(collection)).Id(), (await app.CreateBareAsync(collection)).Id()];
        foreach (var field in Catalogued.Type(collection).Fields.Values.Where(field => field.Sortable))
        {
            foreach (var direction in new[] { "asc", "desc" })
            {
                var page = (await app.ListAsync(collection, ("orderby", $"{field.Name} {direction}"), ("filter", $"id in ('{string.Join("','", ids)}')"))).Expect(200);
                var keys = page.Json["value"]!.AsArray().Select(row => Key(field, row![field.Name])).ToList();
                Assert.Equal(ids.Length, keys.Count);
                if (direction == "desc")
                    keys.Reverse();

                Assert.All(keys.Zip(keys.Skip(1)), pair => Assert.True(Compare(pair.First, pair.Second) <= 0, $"{field.Name} {direction}: {pair}"));
            }
        }
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task List_WithSelect_ShowsThoseFieldsAlone(string collection)
    {
        var record = await app.CreateAsync(collection);
        foreach (var name in Catalogued.Type(collection).Fields.Keys)
        {
            var list = (await app.ListAsync(collection, ("filter", $"id eq '{record.Id()}'"), ("select", name))).Expect(200);
            var expected = new JsonObject();
            foreach (var member in new[] { "id", "etag", name }.Distinct().Where(record.ContainsKey))
                expected[member] = record[member]!.DeepClone();

            Expectations.ExpectSame(expected, Assert.Single(list.Json["value"]!.AsArray()), name);
        }
    }

    [Theory, MemberData(nameof(Collections))]
    public async Task List_AfterADelete_NoLongerHasTheRecord(string collection)
    {
        var record = await app.CreateAsync(collection);
        (await app.DeleteAsync(record)).Expect(204);

        (await app.ListAsync(collection, ("filter", $"id eq '{record.Id()}'"))).ExpectIds();
    }

    /// <summary>Of more than seven digits: OData reads some of these as Single, which keeps no more.</summary>
    private static bool IsLongDecimal(JsonNode value) => value.GetValueKind() == JsonValueKind.Number && value.ToString() is var text && text.Contains('.', StringComparison.Ordinal) && text.Length > 8;

    private static string Literal(Field field, JsonNode value) => field.Kind is FieldKind.Text or FieldKind.Select
        ? $"'{value.GetValue<string>().Replace("'", "''", StringComparison.Ordinal)}'"
        : value.ToString();

    /// <summary>What a value sorts by: its type first, then itself.</summary>
    private static (int Rank, decimal Number, string Text) Key(Field field, JsonNode? value) => value?.GetValueKind() switch
    {
        null => (0, 0, ""),
        JsonValueKind.False or JsonValueKind.True => (1, value.GetValue<bool>() ? 1 : 0, ""),
        JsonValueKind.Number => (2, value.GetValue<decimal>(), ""),
        _ => (3, 0, field.Kind == FieldKind.Text ? TextForms.SortKey(value.GetValue<string>()) : value.GetValue<string>()),
    };

    private static int Compare((int Rank, decimal Number, string Text) left, (int Rank, decimal Number, string Text) right) =>
        (left.Rank, left.Number).CompareTo((right.Rank, right.Number)) is not 0 and var order
            ? order
            : Encoding.UTF8.GetBytes(left.Text).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right.Text));
}
