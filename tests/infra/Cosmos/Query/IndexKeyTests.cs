using System.Text.Json;
using Crm.Local.Cosmos.Query;

namespace Crm.Local.Tests.Cosmos.Query;

public sealed class IndexKeyTests
{
    private static readonly string[] InOrder =
    [
        "null", "false", "true",
        "-1e400", "-1.7976931348623157e308", "-1e10", "-2", "-1.5", "-1", "-1e-300", "0", "5e-324", "1e-10", "0.5", "1", "1.0000000000000002", "2", "10", "1e10", "1e400",
        "\"\"", "\"\\u0000\"", "\"\\u0000\\u0000\"", "\"\\u0000a\"", "\"\\u0001\"", "\" \"", "\"A\"", "\"a\"", "\"a\\u0000\"", "\"a\\u0000b\"", "\"aa\"", "\"ab\"", "\"b\"",
        "\"\\u00e9\"", "\"\\ud7ff\"", "\"\\ue000\"", "\"\\uffff\"", "\"\\ud83d\\ude00\"", "\"\\udbff\\udfff\"",
        "[]", "{}",
    ];

    [Fact]
    public void Of_ValuesInCosmosOrder_GivesKeysInByteOrder()
    {
        var keys = InOrder.Select(Key).ToArray();
        for (var i = 0; i < keys.Length; i++)
        {
            for (var j = 0; j < keys.Length; j++)
                Assert.True(Math.Sign(i.CompareTo(j)) == Math.Sign(keys[i].AsSpan().SequenceCompareTo(keys[j])), $"{InOrder[i]} and {InOrder[j]}");
        }
    }

    [Theory]
    [InlineData("0", "-0")]
    [InlineData("1", "1.0")]
    [InlineData("100", "1e2")]
    [InlineData("\"a\"", "\"\\u0061\"")]
    [InlineData("\"\\ud800\"", "\"\\ufffd\"")]
    [InlineData("[1]", "[2,3]")]
    public void Of_EqualValues_GivesEqualKeys(string left, string right) => Assert.Equal(Key(left), Key(right));

    [Fact]
    public void Of_StringsThatDifferFarIn_KeepsTheirOrder()
    {
        var text = new string('x', 100_000);
        Assert.True(Key($"\"{text}a\"").AsSpan().SequenceCompareTo(Key($"\"{text}b\"")) < 0);
        Assert.True(Key($"\"{text}\"").AsSpan().SequenceCompareTo(Key($"\"{text}a\"")) < 0);
    }

    private static byte[] Key(string json) => IndexKey.Of(JsonDocument.Parse(json).RootElement);
}
