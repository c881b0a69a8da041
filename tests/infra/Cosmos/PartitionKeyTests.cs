using System.Text;
using System.Text.Json;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Tests.Cosmos;

public sealed class PartitionKeyTests
{
    [Theory]
    [InlineData("""["T1"]""", false, "0F13C1AF0B30A3C5DD987C64E0DF8B47")]
    [InlineData("[12.5]", false, "07DF764FB9F920170F575121799C6829")]
    [InlineData("[true]", false, "0E711127C5B5A8E4726AC6DD306A3E59")]
    [InlineData("[null]", false, "378867E4430E67857ACE5C908374FE16")]
    [InlineData("[{}]", false, "11622DAA78F835834610ABE56EFF5CB5")]
    [InlineData("""["T1","h1"]""", true, "0F13C1AF0B30A3C5DD987C64E0DF8B473878A319E65774B371E0B53852991087")]
    public void EffectiveKey_OfKnownValues_IsTheServices(string header, bool hierarchical, string expected) =>
        Assert.Equal(expected, Convert.ToHexString(PartitionKey.Parse(Encoding.UTF8.GetBytes(header), hierarchical)!.Epk));

    [Fact]
    public void Key_OfHeaderAndItem_AreEqual()
    {
        using var item = JsonDocument.Parse("""{"a":{"b":"x\u00e9"},"n":3}""");
        var key = PartitionKey.Of(item.RootElement, [["a", "b"], ["n"], ["missing"]], hierarchical: true);
        Assert.Equal(PartitionKey.Parse("""["xé",3.0,{}]"""u8, hierarchical: true)!.Encoded, key.Encoded);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"T1\"")]
    [InlineData("[[]]")]
    [InlineData("""[{"a":1}]""")]
    [InlineData("""["T1"] 1""")]
    [InlineData("""["\ud800"]""")]
    public void Parse_OfWhatIsNoKey_IsNull(string header) =>
        Assert.Null(PartitionKey.Parse(Encoding.UTF8.GetBytes(header), hierarchical: false));
}
