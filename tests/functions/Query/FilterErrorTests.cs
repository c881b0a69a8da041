using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Paging;
using Crm.Query;

namespace Crm.Tests.Query;

public sealed class FilterErrorTests
{
    private static readonly EntityType Contacts = EntityType.Of<Contact>("contacts");
    private static readonly EntityType Opportunities = EntityType.Of<Opportunity>("opportunities");

    [Theory]
    [InlineData("foo eq 'a'", "unknown-field", 0)]
    [InlineData("name eq 'a' and foo eq 1", "unknown-field", 16)]
    [InlineData("createdBy/foo eq 'a'", "unknown-field", 10)]
    [InlineData("contacts/any(c:c/foo eq 'a')", "unknown-field", 17)]
    [InlineData("foo/any(c:c/foo eq 'a')", "unknown-field", 0)]
    [InlineData("Name eq 'a'", "unknown-field", 0)]
    [InlineData("name eq Acme", "invalid-filter", 8)]
    [InlineData("amount eq INF", "invalid-filter", 10)]
    [InlineData("name/foo eq 'a'", "unknown-field", 5)]
    [InlineData("etag eq '1'", "not-filterable", 0)]
    [InlineData("description eq 'x'", "not-filterable", 0)]
    [InlineData("stageHistory/any(h:h/to eq 'x')", "not-filterable", 0)]
    [InlineData("account/industry eq 'banking'", "unsupported-filter", 0)]
    [InlineData("accountId/industry eq 'banking'", "unsupported-filter", 10)]
    [InlineData("custom/key eq 5", "unsupported-filter", 0)]
    [InlineData("ownerId eq @me", "unsupported-filter", 11)]
    [InlineData("@me eq ownerId", "unsupported-filter", 0)]
    [InlineData("tags/all(t:t eq 'x')", "unsupported-filter", 0)]
    [InlineData("length(name) eq 3", "unsupported-filter", 0)]
    [InlineData("contains(tolower(name),'x')", "unsupported-filter", 9)]
    [InlineData("contains(name,'x') eq true", "unsupported-filter", 19)]
    [InlineData("amount add 5 eq 6", "unsupported-filter", 7)]
    [InlineData("-amount eq 6", "unsupported-filter", 0)]
    [InlineData("name has 'x'", "unsupported-filter", 5)]
    [InlineData("$it/name eq 'x'", "unsupported-filter", 0)]
    [InlineData("tags/$count gt 5", "unsupported-filter", 0)]
    [InlineData("name eq nextStep", "unsupported-filter", 5)]
    [InlineData("(name) eq 'a'", "invalid-filter", 1)]
    [InlineData("name eq", "invalid-filter", 5)]
    [InlineData("eq 'a'", "invalid-filter", 0)]
    [InlineData("name eq 'abc", "invalid-filter", 8)]
    [InlineData("name eq \"abc\"", "invalid-filter", 8)]
    [InlineData("(name eq 'a'", "invalid-filter", 12)]
    [InlineData("name eq 'a')", "invalid-filter", 12)]
    [InlineData("name eq 'a' or", "invalid-filter", 14)]
    [InlineData("name eq 'a' AND name eq 'b'", "unknown-field", 12)]
    [InlineData("name", "invalid-filter", 0)]
    [InlineData("true", "invalid-filter", 0)]
    [InlineData("", "invalid-filter", 0)]
    [InlineData("  ", "invalid-filter", 0)]
    [InlineData("not name eq 'a'", "invalid-filter", 0)]
    [InlineData("name eq 5", "invalid-filter", 8)]
    [InlineData("amount eq 'a'", "invalid-filter", 10)]
    [InlineData("amount eq 1e5", "invalid-filter", 10)]
    [InlineData("amount eq 1234567890123456", "invalid-filter", 10)]
    [InlineData("version eq 1.5", "invalid-filter", 11)]
    [InlineData("closeDate eq 2026-02-31", "invalid-filter", 13)]
    [InlineData("createdAt ge 2026-01-31", "invalid-filter", 13)]
    [InlineData("createdAt ge 0001-01-01T00:00:00+14:00", "invalid-filter", 13)]
    [InlineData("probabilityOverridden eq 'true'", "invalid-filter", 25)]
    [InlineData("amount gt null", "invalid-filter", 7)]
    [InlineData("stageType gt 'open'", "invalid-filter", 10)]
    [InlineData("stageType in ('open','gone')", "invalid-filter", 21)]
    [InlineData("amount in ()", "invalid-filter", 11)]
    [InlineData("amount in (1", "invalid-filter", 12)]
    [InlineData("amount in (1,)", "invalid-filter", 13)]
    [InlineData("tags eq 'a'", "invalid-filter", 0)]
    [InlineData("contacts/contactId eq 'a'", "invalid-filter", 9)]
    [InlineData("name/any(n:n eq 'a')", "invalid-filter", 0)]
    [InlineData("tags/any(t)", "invalid-filter", 9)]
    [InlineData("contacts/any(c:tags/any(c:c eq 'a'))", "invalid-filter", 24)]
    [InlineData("createdBy eq 'a'", "invalid-filter", 13)]
    [InlineData("startswith(amount,'1')", "invalid-filter", 11)]
    [InlineData("startswith(name)", "invalid-filter", 0)]
    public void Filter_ThatIsWrong_SaysWhatAndWhere(string filter, string code, int position)
    {
        var error = Errors(Opportunities, filter)[0];

        Assert.Equal((code, position), (error.Code, error.Position));
        Assert.Equal("filter", error.Parameter);
    }

    [Fact]
    public void Filter_WithSeveralWrongNames_SaysAll() =>
        Assert.Equal([0, 13], Errors(Contacts, "a eq '1' and b eq '2'").Select(error => error.Position));

    [Fact]
    public void Filter_WithAValueNoSelectHas_ListsThoseItHas() =>
        Assert.Contains("'open', 'won', 'lost'", Errors(Opportunities, "stageType eq 'gone'")[0].Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData(25, true)]
    [InlineData(26, false)]
    public void Filter_HasAtMost25Predicates(int count, bool accepted) =>
        Assert.Equal(accepted, Errors(Contacts, string.Join(" or ", Enumerable.Repeat("doNotCall", count))).Count == 0);

    [Theory]
    [InlineData("tags/any(t:not (t eq 'a' or not (t eq 'b' and not (t eq 'c'))))", false)]
    [InlineData("tags/any(t:not (t eq 'a' or not (t eq 'b' and t eq 'c')))", true)]
    [InlineData("((((((((doNotCall))))))))", true)]
    public void Filter_IsAtMost5Deep(string filter, bool accepted) => Assert.Equal(accepted, Errors(Contacts, filter).Count == 0);

    [Fact]
    public void Filter_OutOfAllProportion_IsRefused()
    {
        string[] filters =
        [
            new('(', 100_000), new('(', 7_000), string.Join(" or ", Enumerable.Repeat("doNotCall", 20_000)), string.Join(" or ", Enumerable.Repeat("doNotCall", 500)),
            string.Concat(Enumerable.Repeat("not ", 1_900)) + "doNotCall", "lastName in ('a'" + string.Concat(Enumerable.Repeat(",'a'", 100)) + ")",
            new string('(', 1_000) + "doNotCall" + new string(')', 1_000),
        ];

        Assert.All(filters, filter => Assert.NotEmpty(Errors(Contacts, filter)));
    }

    [Theory]
    [InlineData("tags/any(t:t eq 5)", "'t' is text: write the value in single quotes")]
    [InlineData("contacts/any(c:c/isPrimary eq 'yes')", "'c/isPrimary' is true or false")]
    public void Filter_WithAWrongValue_NamesTheFieldAsItIsWritten(string filter, string detail) => Assert.Equal(detail, Assert.Single(Errors(Opportunities, filter)).Detail);

    private static IReadOnlyList<ParameterError> Errors(EntityType type, string filter)
    {
        var errors = new FilterErrors();
        var predicate = Filter.Read(type, filter, errors, new ListOptions());
        Assert.Equal(errors.All.Count > 0, predicate is null);
        return errors.All;
    }
}
