using Crm.Local.Cosmos;
using Crm.Local.Tests.Cosmos;
using Crm.Tests.Node;

namespace Crm.Local.Tests.Conformance;

/// <summary>The packages of the suites.</summary>
public sealed class SuitePackages() : NodePackages("Conformance");

/// <summary>The suites that npm's @azure/cosmos passes over the port: a second client that was not written here.</summary>
public sealed class JavaScriptTests(StoreFixture store, SuitePackages packages) : IClassFixture<StoreFixture>, IClassFixture<SuitePackages>
{
    [SkippableTheory]
    [InlineData("items")]
    [InlineData("queries")]
    [InlineData("batches")]
    [InlineData("feed")]
    public async Task Suite_OverThePort_Passes(string suite)
    {
        await using var server = await CosmosServer.StartAsync(store.Store, port: 0);
        await packages.PassAsync(["--test", $"{suite}.test.mjs"], ("STORE_ENDPOINT", $"http://localhost:{server.Port}/"), ("STORE_KEY", StoreFixture.AccountKey));
    }
}
