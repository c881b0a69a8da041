using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform.Paging;
using Crm.Query;

namespace Crm.Tests.Query;

public sealed class FilterFuzzTests
{
    private static readonly EntityType Opportunities = EntityType.Of<Opportunity>("opportunities");

    private static readonly string[] Words =
    [
        "name", "amount", "closeDate", "createdAt", "stageType", "tags", "contacts", "c", "t", "c/contactId", "createdBy/id", "createdBy", "probabilityOverridden", "custom", "account/x", "foo",
        "eq", "ne", "gt", "ge", "lt", "le", "in", "and", "or", "not", "add", "has", "true", "false", "null", "INF", "NaN", "@me", "$it", "$count", "and/any", "not/any(not:not)",
        "(", ")", "((", "))", ",", ":", "/", "'", "''", "'a'", "'open'", "'it''s'", "\"", "\\", "-", "+", "*", ";", "[", "]", "{", "}", "\0", "é", "😀", "%27", "@p0", "--", "/*",
        "1", "-1", "1.5", "1e5", "1L", "99999999999999999999", "2026-01-31", "2026-02-31", "2026-01-31T00:00:00Z", "9999-12-31T23:59:59-14:00", "10:00", "duration'P1D'", "01890000-0000-7000-8000-000000000000",
        "tags/any(", "tags/any(t:", "contacts/any(c:", "tags/all(", "tags/any()", "startswith(", "contains(name,", "endswith(name,'x')", "length(", "now()", "cast(", "isof(", "case(", "geo.distance(",
        "name eq 'a'", "amount in (1,2)", "not (name eq 'a')", "tags/any(t:t eq 'x')", "and amount gt 1", "or probabilityOverridden", "null in (null)", "stageType in ('open',null)",
    ];

    [Theory]
    [InlineData("", 20_000)]
    [InlineData(" ", 40_000)]
    public void AnyRowOfWords_IsReadOrRefused(string between, int rounds)
    {
        var random = new Random(20260131);
        var read = 0;
        for (var round = 0; round < rounds; round++)
        {
            var text = string.Join(between, random.GetItems(Words, random.Next(1, 12)));
            read += Reads(text) ? 1 : 0;
        }

        Assert.InRange(read, 100, rounds);
    }

    [Fact]
    public void AnyDamageToAGoodFilter_IsReadOrRefused()
    {
        const string Good = "not (name eq 'it''s' or amount in (1,2.5)) and tags/any(t:startswith(t,'v') and t ne null) and closeDate ge 2026-01-31 and createdAt lt 2026-01-31T10:00:00.5Z";
        Assert.True(Reads(Good));
        var random = new Random(42);
        for (var round = 0; round < 30_000; round++)
        {
            var text = Good.ToCharArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                text[random.Next(text.Length)] = random.Next(4) == 0 ? (char)random.Next(0xD800) : Good[random.Next(Good.Length)];
            var from = random.Next(text.Length);
            Reads(new string(text, from / 2, text.Length - from));
        }
    }

    /// <summary>Whatever the text: a condition whose values are all parameters, or errors that lie within it.</summary>
    private static bool Reads(string text)
    {
        var errors = new FilterErrors();
        var predicate = Filter.Read(Opportunities, text, errors, new ListOptions());
        Assert.Equal(predicate is null, errors.All.Count > 0);
        Assert.All(errors.All, error => Assert.InRange(error.Position ?? 0, 0, text.Length));
        if (predicate is not null)
        {
            Assert.DoesNotContain('\'', predicate.Text);
            Assert.All(predicate.Parameters, parameter => Assert.Contains(parameter.Name, predicate.Text, StringComparison.Ordinal));
        }

        return predicate is not null;
    }
}
