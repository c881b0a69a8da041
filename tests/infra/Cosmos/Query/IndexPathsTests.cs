using System.Text.Json;
using Crm.Local.Cosmos.Query;

namespace Crm.Local.Tests.Cosmos.Query;

public sealed class IndexPathsTests
{
    [Fact]
    public void FromPolicy_WithDeclaredPaths_KeepsThoseAndTheCompositeOnes()
    {
        var paths = Policy("""
            {"indexingMode":"consistent","automatic":true,
             "includedPaths":[{"path":"/data/name/?"},{"path":"/data/tags/[]/?"},{"path":"/\"first name\"/?"},{"path":"/gone/?"},{"path":"/wild/*"}],
             "excludedPaths":[{"path":"/*"},{"path":"/gone/?"},{"path":"/\"_etag\"/?"}],
             "compositeIndexes":[[{"path":"/data/name","order":"ascending"},{"path":"/data/at","order":"descending"}]]}
            """);
        Assert.Equal(["/data/at", "/data/name", "/data/tags/[]", "/first name"], paths.Paths.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/\"_etag\"/?"}]}""")]
    [InlineData("""{"indexingMode":"none"}""")]
    [InlineData("""{"indexingMode":"None","includedPaths":[{"path":"/a/?"}]}""")]
    [InlineData("null")]
    [InlineData("{}")]
    public void FromPolicy_WithoutDeclaredPaths_IndexesNothing(string policy) => Assert.Empty(Policy(policy).Paths);

    [Fact]
    public void Extract_OfAnItem_GivesEachPathAndKeyOnce()
    {
        var paths = Policy("""{"includedPaths":[{"path":"/a/?"},{"path":"/b/c/?"},{"path":"/tags/[]/?"},{"path":"/lines/[]/sku/?"},{"path":"/none/?"}]}""");
        var entries = new List<string>();
        using var item = JsonDocument.Parse("""{"a":null,"b":{"c":[1]},"tags":["x","y","x",1,1.0],"lines":[{"sku":"s"},{"sku":"s"},{},3]}""");
        paths.Extract(item.RootElement, (path, key) => entries.Add(path + "=" + Convert.ToHexString(key)));
        Assert.Equal(
            ["/a=10", "/b/c=50", "/lines/[]/sku=4073", "/tags/[]=30BFF0000000000000", "/tags/[]=4078", "/tags/[]=4079"],
            entries.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "/a=30C000000000000000")]
    [InlineData("""{"\u0061":"x"}""", "/a=4078")]
    [InlineData("""{"b":1,"b":{"c":null}}""", "/b/c=10")]
    [InlineData("""{"b":{"c":null},"b":1}""", "")]
    [InlineData("""{"tags":{"0":"x"},"a":[]}""", "/a=50")]
    [InlineData("[1]", "")]
    public void Extract_OfOddItems_TakesTheLastOfANameHoweverItIsWritten(string json, string expected)
    {
        var paths = Policy("""{"includedPaths":[{"path":"/a/?"},{"path":"/b/c/?"},{"path":"/tags/[]/?"}]}""");
        var entries = new List<string>();
        using var item = JsonDocument.Parse(json);
        paths.Extract(item.RootElement, (path, key) => entries.Add(path + "=" + Convert.ToHexString(key)));
        Assert.Equal(expected, string.Join(' ', entries));
    }

    private static IndexPaths Policy(string json) => IndexPaths.FromPolicy(JsonDocument.Parse(json).RootElement);
}
