using System.Text.Json;
using Crm.Local.Cosmos.Query;
using Crm.Local.Cosmos.Storage;
using Microsoft.Azure.Cosmos;
using SdkContainer = Microsoft.Azure.Cosmos.Container;
using SdkPartitionKey = Microsoft.Azure.Cosmos.PartitionKey;

namespace Crm.Local.Tests.Cosmos;

public sealed class ItemReaderTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Entries_ResumedAfterEachEntry_ShowsEachOnceInOrder(bool descending)
    {
        var container = await SeededAsync();
        using var session = Open(container);
        var reader = new ItemReader(session);
        var range = new IndexRange("/amount", "", null, false, null, false);
        var whole = reader.Entries(range, descending, null).Select(entry => Describe(reader, entry)).ToList();
        Assert.Equal(12, whole.Count);
        var sorted = whole.OrderBy(entry => entry.Amount).ThenBy(entry => entry.Rid);
        Assert.Equal(descending ? sorted.Reverse() : sorted, whole);

        var resumed = new List<(double Amount, long Rid)>();
        IndexPosition? after = null;
        while (reader.Entries(range, descending, after).Take(1).ToList() is [var next])
        {
            resumed.Add(Describe(reader, next));
            after = next;
        }

        Assert.Equal(whole, resumed);
    }

    [Theory]
    [InlineData(1, true, 2, true, 6)]
    [InlineData(1, false, 2, true, 3)]
    [InlineData(1, true, 2, false, 3)]
    [InlineData(1, false, 3, false, 3)]
    [InlineData(null, false, 0, true, 3)]
    [InlineData(3, true, null, false, 3)]
    [InlineData(4, true, null, false, 0)]
    public async Task Entries_OfARange_KeepsItsBounds(int? low, bool lowInclusive, int? high, bool highInclusive, int expected)
    {
        var container = await SeededAsync();
        using var session = Open(container);
        var reader = new ItemReader(session);
        var range = new IndexRange("/amount", "", Key(low), lowInclusive, Key(high), highInclusive);
        Assert.Equal(expected, reader.Entries(range, descending: false, null).Count());
        Assert.Equal(expected, reader.Entries(range, descending: true, null).Count());
        Assert.Equal(expected, reader.CountUpTo(range, 100));
        Assert.Equal(Math.Min(expected, 2), reader.CountUpTo(range, 2));
    }

    [Fact]
    public async Task ByPartition_ResumedAfterEachItem_ShowsEachOnceInOrder()
    {
        var container = await SeededAsync();
        using var session = Open(container);
        var reader = new ItemReader(session);
        var whole = reader.ByPartition(EpkRange.All, null).Select(item => (item.Epk, item.Rid)).ToList();
        Assert.Equal(12, whole.Count);
        Assert.Equal(whole.OrderBy(item => item.Epk, StringComparer.Ordinal).ThenBy(item => item.Rid), whole);
        var resumed = new List<(string Epk, long Rid)>();
        PartitionPosition? after = null;
        while (reader.ByPartition(EpkRange.All, after).Take(1).ToList() is [var next])
        {
            resumed.Add((next.Epk, next.Rid));
            after = new PartitionPosition(next.Epk, next.Rid);
        }

        Assert.Equal(whole, resumed);
    }

    [Fact]
    public async Task Find_ByKeyAndId_FindsOnlyThatItem()
    {
        var container = await SeededAsync();
        using var session = Open(container);
        var reader = new ItemReader(session);
        var any = reader.ByPartition(EpkRange.All, null).First();
        using var item = JsonDocument.Parse(any.Json);
        Assert.Equal(any.Rid, reader.Find(any.Epk, item.RootElement.GetProperty("id").GetString()!)?.Rid);
        Assert.Null(reader.Find(any.Epk, "none"));
    }

    [Fact]
    public async Task NextRid_FromEachOn_FindsThoseOfTheKeyInOrder()
    {
        var container = await SeededAsync();
        using var session = Open(container);
        var reader = new ItemReader(session);
        var two = new IndexRange("/amount", "", Key(2), true, Key(2), true);
        var expected = reader.Entries(two, descending: false, null).Select(entry => entry.Rid).ToList();
        Assert.Equal(3, expected.Count);
        var found = new List<long>();
        for (var next = reader.NextRid(two, 0); next is { } rid; next = reader.NextRid(two, rid + 1)) found.Add(rid);
        Assert.Equal(expected, found);
        Assert.Null(reader.NextRid(two with { Low = Key(9) }, 0));
    }

    [Fact]
    public async Task View_ReadBeforeAWrite_DoesNotSeeIt()
    {
        var container = await SeededAsync();
        using var session = Open(container);
        var reader = new ItemReader(session);
        Assert.Equal(12, reader.ByPartition(EpkRange.All, null).Count());
        await container.CreateItemAsync(new Item("later", "T0") { amount = 1 }, new SdkPartitionKey("T0"));
        Assert.Equal(12, reader.ByPartition(EpkRange.All, null).Count());
    }

    [Fact]
    public async Task Entries_FollowReplacesDeletesAndNewPolicies()
    {
        var container = await SeededAsync();
        var key = new SdkPartitionKey("T0");
        await container.UpsertItemAsync(new Item("i0", "T0") { amount = 9, name = "n" }, key);
        await container.DeleteItemAsync<Item>("i3", key);
        Assert.Equal(11, Count(container, "/amount", null));
        Assert.Equal(1, Count(container, "/amount", 9));

        ContainerProperties properties = await container.ReadContainerAsync();
        properties.IndexingPolicy.IncludedPaths.Clear();
        properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = "/*" });
        properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = "/name/?" });
        await container.ReplaceContainerAsync(properties);
        // The SDK writes null for what the record does not have, and null has an entry.
        Assert.Equal(11, Count(container, "/name", null));
        using var session = Open(container);
        Assert.Throws<ArgumentException>(() => new ItemReader(session).CountUpTo(new IndexRange("/amount", "", null, false, null, false), 1));
        Assert.Equal(11, await store.Store.Engine.WriteAsync(write => write.Connection.QueryLong(
            $"SELECT count(*) FROM index_entries e JOIN index_slots s ON s.number = e.slot WHERE s.container = {session.Container.Number}")));
    }

    private int Count(SdkContainer container, string path, int? value)
    {
        using var session = Open(container);
        return new ItemReader(session).CountUpTo(new IndexRange(path, "", Key(value), true, Key(value), true), 100);
    }

    private ReadSession Open(SdkContainer container)
    {
        var catalog = store.Store.Engine.Catalog;
        return store.Store.Engine.Read(catalog.FindContainer(catalog.FindDatabase(container.Database.Id)!, container.Id)!);
    }

    // Three items each of amounts 0 to 3, over two partitions.
    private async Task<SdkContainer> SeededAsync()
    {
        var container = await store.NewContainerAsync(properties =>
        {
            properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = "/*" });
            properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = "/amount/?" });
        });
        for (var number = 0; number < 12; number++)
        {
            var tenant = $"T{number / 6}";
            await container.CreateItemAsync(new Item($"i{number}", tenant) { amount = number % 4 }, new SdkPartitionKey(tenant));
        }

        return container;
    }

    private static byte[]? Key(int? number) => number is { } value ? IndexKey.Of(value) : null;

    private static (double Amount, long Rid) Describe(ItemReader reader, IndexPosition entry)
    {
        var found = reader.Item(entry.Rid)!.Value;
        Assert.Equal(found.Epk, reader.EpkOf(entry.Rid));
        using var item = JsonDocument.Parse(found.Json);
        return (item.RootElement.GetProperty("amount").GetDouble(), found.Rid);
    }
}
