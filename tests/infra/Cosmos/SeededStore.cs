using System.Text;
using Crm.Local.Cosmos.Storage;
using Microsoft.Azure.Cosmos;
using SdkContainer = Microsoft.Azure.Cosmos.Container;

namespace Crm.Local.Tests.Cosmos;

/// <summary>Two containers of the same kind of records: ten titles and four sources, each pair of them for one record in forty.</summary>
public sealed class SeededStore : IAsyncLifetime
{
    /// <summary>How many records are.</summary>
    public const int Rare = 100;

    private readonly StoreFixture _store = new();

    /// <summary>Of 2,040 records: one page of fifty for each pair, and one record more.</summary>
    public SdkContainer Small { get; private set; } = null!;

    /// <summary>Of ten times as many.</summary>
    public SdkContainer Large { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _store.InitializeAsync();
        Small = await SeedAsync(2_040);
        Large = await SeedAsync(20_400);
    }

    public Task DisposeAsync() => _store.DisposeAsync();

    internal ReadSession Open(SdkContainer container)
    {
        var catalog = _store.Store.Engine.Catalog;
        return _store.Store.Engine.Read(catalog.FindContainer(catalog.FindDatabase(container.Database.Id)!, container.Id)!);
    }

    private async Task<SdkContainer> SeedAsync(int records)
    {
        var container = await _store.NewContainerAsync(
            properties =>
            {
                foreach (var path in (string[])["/kind/?", "/title/?", "/source/?", "/tags/[]/?", "/name/?", "/rare/?"])
                    properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = path });
                properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
            },
            "/t", "/r");
        using var session = Open(container);
        return await _store.Store.Engine.WriteAsync(write =>
        {
            for (var n = 0; n < records; n++)
            {
                var source = $"source {n / 10 % 4}";
                // An order of their own, in which titles and sources make no pattern; the last hundred are rare.
                var name = n * 7919L % records;
                Insert($$"""
                    {"id":"r{{n}}","t":"t","r":"{{n}}","kind":"record","n":{{n}},"title":"title {{n % 10}}","source":"{{source}}","tags":["{{source}}"],
                    "name":"{{name:000000}}","rare":{{(name >= records - Rare ? "true" : "false")}}}
                    """);
                Insert($$"""{"id":"c{{n}}","t":"t","r":"{{n}}","kind":"change"}""");
            }

            return container;

            void Insert(string json) => write.Items.Insert(
                session.Container, ItemBody.Parse(Encoding.UTF8.GetBytes(json), session.Container), write.NextLsn(session.Container), write.Timestamp);
        });
    }
}
