using System.Text.Json;
using Crm.Local.Cosmos.Query;

namespace Crm.Local.Tests.Cosmos.Query;

public sealed class FunctionTests
{
    private static readonly InMemoryItems Items = new InMemoryItems(["/id"]).Add(
        """{"id":"1","n":-2.5,"s":" Abc ","a":[1,2,3],"mixed":["x",{"k":1,"m":{"p":1,"q":2}}],"o":{"x":1,"y":[1, 2]},"nil":null,"big":1e300}""");

    [Theory]
    [InlineData("IS_DEFINED(c.nil)", "true")]
    [InlineData("IS_DEFINED(c.missing)", "false")]
    [InlineData("IS_NULL(c.missing)", "false")]
    [InlineData("IS_NULL(c.nil)", "true")]
    [InlineData("is_string(c.s)", "true")]
    [InlineData("IS_NUMBER(c.s)", "false")]
    [InlineData("IS_BOOL(false)", "true")]
    [InlineData("IS_ARRAY(c.a)", "true")]
    [InlineData("IS_OBJECT(c.a)", "false")]
    [InlineData("IS_PRIMITIVE(c.nil)", "true")]
    [InlineData("IS_PRIMITIVE(c.missing)", "false")]
    [InlineData("IS_INTEGER(2.0)", "true")]
    [InlineData("IS_INTEGER(c.n)", "false")]
    [InlineData("IS_FINITE_NUMBER(c.n)", "true")]
    [InlineData("ToString(c.n)", "\"-2.5\"")]
    [InlineData("ToString(c.o)", "\"{\\\"x\\\":1,\\\"y\\\":[1,2]}\"")]
    [InlineData("ToString(true)", "\"true\"")]
    [InlineData("ToString('x')", "\"x\"")]
    [InlineData("ToString(c.missing)", "")]
    [InlineData("StringToNumber(' 12.5 ')", "12.5")]
    [InlineData("StringToNumber('12 apples')", "")]
    [InlineData("StringToBoolean('true')", "true")]
    [InlineData("StringToBoolean('True')", "")]
    [InlineData("StringToNull('null')", "null")]
    [InlineData("StringToArray('[1,{\"a\":2}]')", "[1,{\"a\":2}]")]
    [InlineData("StringToObject('[]')", "")]
    [InlineData("IIF(c.nil, 1, 2)", "2")]
    public void TypeFunction_OfAnyValue_TellsOrConverts(string expression, string expected) => Check(expression, expected);

    [Theory]
    [InlineData("STARTSWITH(c.s, ' A')", "true")]
    [InlineData("STARTSWITH(c.s, ' a')", "false")]
    [InlineData("STARTSWITH(c.s, ' a', true)", "true")]
    [InlineData("STARTSWITH(c.s, 1)", "")]
    [InlineData("STARTSWITH(c.missing, 'a')", "")]
    [InlineData("ENDSWITH(c.s, 'C ', true)", "true")]
    [InlineData("CONTAINS(c.s, 'bc')", "true")]
    [InlineData("CONTAINS(c.s, '')", "true")]
    [InlineData("StringEquals('aBc', 'abc', true)", "true")]
    [InlineData("StringEquals('aBc', 'abc')", "false")]
    [InlineData("RegexMatch(c.s, '^ a', 'i')", "true")]
    [InlineData("RegexMatch(c.s, '^a')", "false")]
    [InlineData("UPPER(c.s)", "\" ABC \"")]
    [InlineData("LOWER(c.n)", "")]
    [InlineData("TRIM(c.s)", "\"Abc\"")]
    [InlineData("LTRIM(c.s)", "\"Abc \"")]
    [InlineData("RTRIM('abcc', 'c')", "\"ab\"")]
    [InlineData("SUBSTRING('abcdef', 1, 2)", "\"bc\"")]
    [InlineData("SUBSTRING('abc', 2, 9)", "\"c\"")]
    [InlineData("SUBSTRING('abc', 9, 1)", "\"\"")]
    [InlineData("LEFT('abc', 2)", "\"ab\"")]
    [InlineData("RIGHT('abc', 9)", "\"abc\"")]
    [InlineData("INDEX_OF('abcb', 'b')", "1")]
    [InlineData("INDEX_OF('abcb', 'b', 2)", "3")]
    [InlineData("INDEX_OF('abc', 'z')", "-1")]
    [InlineData("REPLACE('aXbX', 'X', '-')", "\"a-b-\"")]
    [InlineData("REVERSE('ab😀')", "\"\\uD83D\\uDE00ba\"")]
    [InlineData("REPLICATE('ab', 3)", "\"ababab\"")]
    [InlineData("REPLICATE('a', 1000000)", "")]
    [InlineData("LENGTH('abc')", "3")]
    [InlineData("CONCAT('a', 'b', 'c')", "\"abc\"")]
    [InlineData("CONCAT('a', 1)", "")]
    [InlineData("StringJoin(['a','b'], '-')", "\"a-b\"")]
    public void StringFunction_OfStrings_IsThatOfTheService(string expression, string expected) => Check(expression, expected);

    [Theory]
    [InlineData("ABS(c.n)", "2.5")]
    [InlineData("CEILING(c.n)", "-2")]
    [InlineData("FLOOR(c.n)", "-3")]
    [InlineData("ROUND(c.n)", "-3")]
    [InlineData("ROUND(2.5)", "3")]
    [InlineData("TRUNC(c.n)", "-2")]
    [InlineData("SIGN(c.n)", "-1")]
    [InlineData("SQRT(16)", "4")]
    [InlineData("SQRT(-1)", "\"NaN\"")]
    [InlineData("SQUARE(c.big)", "\"Infinity\"")]
    [InlineData("POWER(2, 10)", "1024")]
    [InlineData("LOG(8, 2)", "3")]
    [InlineData("LOG(0)", "\"-Infinity\"")]
    [InlineData("EXP(0)", "1")]
    [InlineData("PI() > 3.14", "true")]
    [InlineData("ABS('1')", "")]
    [InlineData("IntAdd(1, 2)", "3")]
    [InlineData("IntDiv(7, 2)", "3")]
    [InlineData("IntDiv(7, 0)", "")]
    [InlineData("IntMod(7, -1)", "0")]
    [InlineData("IntAdd(1.5, 1)", "")]
    [InlineData("IntBitLeftShift(1, 40)", "1099511627776")]
    [InlineData("NumberBin(37, 10)", "30")]
    public void MathFunction_OfNumbers_IsThatOfTheService(string expression, string expected) => Check(expression, expected);

    [Theory]
    [InlineData("ARRAY_LENGTH(c.a)", "3")]
    [InlineData("ARRAY_LENGTH(c.s)", "")]
    [InlineData("ARRAY_CONTAINS(c.a, 2.0)", "true")]
    [InlineData("ARRAY_CONTAINS(c.a, '2')", "false")]
    [InlineData("ARRAY_CONTAINS(c.mixed, {'k': 1})", "false")]
    [InlineData("ARRAY_CONTAINS(c.mixed, {'k': 1}, true)", "true")]
    [InlineData("ARRAY_CONTAINS(c.mixed, {'m': {'q': 2}}, true)", "true")]
    [InlineData("ARRAY_CONTAINS(c.mixed, {'k': 2}, true)", "false")]
    [InlineData("ARRAY_CONTAINS(c.missing, 1)", "")]
    [InlineData("ARRAY_CONTAINS_ANY(c.a, 9, 3)", "true")]
    [InlineData("ARRAY_CONTAINS_ALL(c.a, 9, 3)", "false")]
    [InlineData("ARRAY_CONTAINS_ALL(c.a, 1, 3)", "true")]
    [InlineData("ARRAY_CONCAT(c.a, ['x'])", "[1,2,3,\"x\"]")]
    [InlineData("ARRAY_SLICE(c.a, 1)", "[2,3]")]
    [InlineData("ARRAY_SLICE(c.a, -2, 1)", "[2]")]
    [InlineData("ARRAY_SLICE(c.a, 9)", "[]")]
    [InlineData("SetIntersect(c.a, [3, 3, 1])", "[1,3]")]
    [InlineData("SetUnion([1, 1], [2, 1])", "[1,2]")]
    [InlineData("CHOOSE(2, 'a', 'b')", "\"b\"")]
    [InlineData("CHOOSE(3, 'a', 'b')", "")]
    [InlineData("ObjectToArray({'a': 1})", "[{\"k\":\"a\",\"v\":1}]")]
    public void ArrayFunction_OfArrays_IsThatOfTheService(string expression, string expected) => Check(expression, expected);

    [Theory]
    [InlineData("DateTimeAdd('mm', 1, '2024-01-31T00:00:00Z')", "\"2024-02-29T00:00:00.0000000Z\"")]
    [InlineData("DateTimeAdd('hh', -1, '2024-01-01')", "\"2023-12-31T23:00:00.0000000Z\"")]
    [InlineData("DateTimeDiff('day', '2024-01-01T23:59:00Z', '2024-01-02T00:01:00Z')", "1")]
    [InlineData("DateTimeDiff('month', '2024-03-01T00:00:00Z', '2023-12-31T00:00:00Z')", "-3")]
    [InlineData("DateTimePart('year', '2024-05-06T07:08:09.1234567Z')", "2024")]
    [InlineData("DateTimePart('ns', '2024-05-06T07:08:09.1234567Z')", "123456700")]
    [InlineData("DateTimeFromParts(2024, 2, 29, 1)", "\"2024-02-29T01:00:00.0000000Z\"")]
    [InlineData("DateTimeFromParts(2023, 2, 29)", "")]
    [InlineData("DateTimeToTimestamp('1970-01-02T00:00:00Z')", "86400000")]
    [InlineData("DateTimeToTicks('1970-01-01T00:00:01Z')", "10000000")]
    [InlineData("TimestampToDateTime(0)", "\"1970-01-01T00:00:00.0000000Z\"")]
    [InlineData("TicksToDateTime(10000000)", "\"1970-01-01T00:00:01.0000000Z\"")]
    [InlineData("DateTimeToTimestamp('yesterday')", "")]
    public void DateFunction_OfDates_IsThatOfTheService(string expression, string expected) => Check(expression, expected);

    [Fact]
    public void CurrentTime_OfAFixedClock_IsThatClocks()
    {
        var page = CosmosQuery.Parse("SELECT VALUE [GetCurrentDateTime(), GetCurrentTimestamp(), GetCurrentTicks()]").Run(
            new Dictionary<string, JsonElement>(), new QueryRequest(EpkRange.All, 10, null), Items, time: new Clock());
        Assert.Equal("""["2024-05-06T07:08:09.0000000Z",1714979289000,17149792890000000]""", System.Text.Encoding.UTF8.GetString(page.Rows.Span));
    }

    [Fact]
    public void Find_OfANameThatIsNone_IsRefusedAsTheServiceDoes() =>
        Assert.Equal("SC2005", Assert.Throws<QueryException>(() => CosmosQuery.Parse("SELECT VALUE NO_SUCH(c.x) FROM c")).Code);

    [Fact]
    public void Find_OfADocumentedOneThatIsMissing_IsNamed() =>
        Assert.Contains("ST_DISTANCE", Assert.Throws<UnsupportedQueryException>(() => CosmosQuery.Parse("SELECT VALUE ST_DISTANCE(c.x, c.y) FROM c")).Message, StringComparison.Ordinal);

    private static void Check(string expression, string expected) => Assert.Equal(expected, Items.Page($"SELECT VALUE {expression} FROM c"));

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);
    }
}
