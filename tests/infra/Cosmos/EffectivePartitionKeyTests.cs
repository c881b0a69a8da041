using System.Text.Json;
using Crm.Local.Cosmos;

namespace Crm.Local.Tests.Cosmos;

public sealed class EffectivePartitionKeyTests
{
    [Theory]
    [InlineData("""["T1"]""", "0F13C1AF0B30A3C5DD987C64E0DF8B47")]
    [InlineData("[12.5]", "07DF764FB9F920170F575121799C6829")]
    [InlineData("[true]", "0E711127C5B5A8E4726AC6DD306A3E59")]
    [InlineData("[null]", "378867E4430E67857ACE5C908374FE16")]
    [InlineData("[{}]", "11622DAA78F835834610ABE56EFF5CB5")]
    [InlineData("""["T1","h1"]""", "0F13C1AF0B30A3C5DD987C64E0DF8B473878A319E65774B371E0B53852991087")]
    public void OfArray_OfTheServicesCheckValues_IsTheServicesHash(string key, string hash)
    {
        using var document = JsonDocument.Parse(key);
        Assert.Equal(hash, EffectivePartitionKey.OfArray(document.RootElement));
        Assert.Equal(hash, EffectivePartitionKey.Of([.. document.RootElement.EnumerateArray()]));
    }

    [Fact]
    public void Of_Undefined_IsTheEmptyObjectOfTheWire() =>
        Assert.Equal("11622DAA78F835834610ABE56EFF5CB5", EffectivePartitionKey.Of(default(JsonElement)));
}
