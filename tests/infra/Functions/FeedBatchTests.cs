using System.Globalization;
using System.Text;
using System.Text.Json;
using Crm.Local.Functions.ChangeFeed;
using Newtonsoft.Json;

namespace Crm.Local.Tests.Functions;

/// <summary>The extension reads and writes all of a page with Newtonsoft's defaults; the host, only what comes out of that changed.</summary>
public class FeedBatchTests
{
    [Theory]
    [InlineData("""[{"id":"a","nested":{"list":[1,-2,null,true,false,{},[]]}},{"id":"b"}]""", 2)]
    [InlineData("""[ { "id" : "spaces" , "n" : [ ] } ]""", 1)]
    [InlineData("""["2024-05-06T07:08:09.100Z","2024-05-06T07:08:09Z","2024-05-06T07:08:09.1234567Z","2024-05-06T07:08:09","2024-05-06","2024-05-06 07:08:09Z"]""", 0)]
    [InlineData("""["2024-05-06T07:08:09+02:00","2024-13-06T07:08:09Z","xxxxxxxxxxTxxxxxxxxxx","/Date(1700000000000)/","/path/to","/Date(x)/"]""", 0)]
    [InlineData("""["2024-05-06T24:00:00Z","2024-05-06T07:08:10Z","2024-05-06T07:08:09.12345678Z","2024-05-06T07:08:09.123456789Z","2024-05-06T07:08:09.Z","2024-05-06T07:08:09.001Z"]""", 0)]
    [InlineData("""["2024-05-06T07:08:09z","9999-12-31T23:59:59.9999999Z","0001-01-01T00:00:00Z","2024-05-06T07:08:09.123+00:00","2024-05-06T07:08:60Z","2024-05-06T07:08Z"]""", 0)]
    [InlineData("""["\u0032024-05-06T07:08:09.100Z","2024\u002d05-06T07:08:09.100Z","\"quoted\" \\ \/ \u00e9 \ud83d\ude00","سلام 你好"]""", 0)]
    [InlineData("""[0,-0,1.0,12.50,1e3,1E-7,-0.0,9223372036854775807,9223372036854775808,0.1,123456789012345678901234567890]""", 0)]
    [InlineData("""[{"2024-05-06T07:08:09.100Z":"2024-05-06T07:08:09.100Z","Documents":["2024-05-06T07:08:09.100Z"]}]""", 1)]
    [InlineData("[]", 0)]
    public void Page_ArrivesAsNewtonsoftWritesWhatItRead(string documents, int count)
    {
        var batch = Read($$"""{"_rid":"x","Documents":{{documents}},"_count":1}""");

        Assert.Equal(Values(RoundTrip(documents)), Values(batch.Json));
        Assert.Equal(count, batch.Count);
    }

    [Fact]
    public void Documents_AreFoundWhereverTheyStand() => Assert.Equal("""[{"id":"a"}]""", Read("""{"before":{"Documents":[1]},"list":[[2]],"Documents":[{"id":"a"}],"after":3}""").Json);

    private static FeedBatch Read(string page) => FeedBatch.Read(new MemoryStream(Encoding.UTF8.GetBytes(page)));

    private static string RoundTrip(string json)
    {
        using var reader = new JsonTextReader(new StringReader(json));
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using var writer = new JsonTextWriter(text);
        writer.WriteToken(reader);
        return text.ToString();
    }

    /// <summary>Every token in its order; how texts are escaped, and the white space between, make no difference to a reader.</summary>
    private static List<string> Values(string json)
    {
        var values = new List<string>();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        while (reader.Read())
            values.Add($"{reader.TokenType} {(reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString() : Encoding.UTF8.GetString(reader.ValueSpan))}");
        return values;
    }
}
