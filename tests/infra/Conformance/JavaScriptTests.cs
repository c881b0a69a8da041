using Crm.Local.Cosmos;
using Crm.Local.Tests.Cosmos;

namespace Crm.Local.Tests.Conformance;

/// <summary>The suites that npm's @azure/cosmos passes over the port: a second client that was not written here.</summary>
public sealed class JavaScriptTests(StoreFixture store, NodePackages packages) : IClassFixture<StoreFixture>, IClassFixture<NodePackages>
{
    [SkippableTheory]
    [InlineData("items")]
    [InlineData("queries")]
    [InlineData("batches")]
    [InlineData("feed")]
    public async Task Suite_OverThePort_Passes(string suite)
    {
        await using var server = await CosmosServer.StartAsync(store.Store, port: 0);
        await packages.PassAsync(suite, new Uri($"http://localhost:{server.Port}/"), StoreFixture.AccountKey);
    }
}
