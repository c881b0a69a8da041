using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform.Paging;
using Crm.Query;

namespace Crm.Tests.Query;

public sealed class FilterSqlTests
{
    private const string D = "c[\"data\"]";
    private static readonly EntityType Accounts = EntityType.Of<Account>("accounts");
    private static readonly EntityType Contacts = EntityType.Of<Contact>("contacts");
    private static readonly EntityType Opportunities = EntityType.Of<Opportunity>("opportunities");
    private static readonly EntityType Pipelines = EntityType.Of<Pipeline>("pipelines");

    [Theory]
    [InlineData("name eq 'Acme'", "%name = @p0", "Acme")]
    [InlineData("'Acme' eq name", "%name = @p0", "Acme")]
    [InlineData("name eq 'O''Neil (x) or 1 eq 1'", "%name = @p0", "O'Neil (x) or 1 eq 1")]
    [InlineData("name eq '%41+\"\\'", "%name = @p0", "%41+\"\\")]
    [InlineData("name gt 'A'", "%name > @p0", "A")]
    [InlineData("employeeCount ge 10", "%employeeCount >= @p0", 10L)]
    [InlineData("employeeCount lt -10", "%employeeCount < @p0", -10L)]
    [InlineData("10 lt employeeCount", "%employeeCount > @p0", 10L)]
    [InlineData("10 ge employeeCount", "%employeeCount <= @p0", 10L)]
    [InlineData("status eq 'active'", "%status = @p0", "active")]
    [InlineData("email eq 'ANNA@X.ORG'", "%email = @p0", "anna@x.org")]
    [InlineData("email eq 'nobody'", "%email = @p0", "nobody")]
    [InlineData("phone eq '+49 30 123456'", "%phone = @p0", "+4930123456")]
    [InlineData("startswith(email,'ANNA')", "STARTSWITH(%email, @p0)", "anna")]
    [InlineData("startswith(name,'Ac')", "STARTSWITH(%name, @p0)", "Ac")]
    [InlineData("endswith(name,'me')", "ENDSWITH(%name, @p0)", "me")]
    [InlineData("contains(name,'cm')", "CONTAINS(%name, @p0)", "cm")]
    [InlineData("createdAt ge 2026-01-31T10:00:00+02:00", "%createdAt >= @p0", "2026-01-31T08:00:00.000Z")]
    [InlineData("createdAt ge 2026-01-31T10:00:00.1234567Z", "%createdAt >= @p0", "2026-01-31T10:00:00.123Z")]
    [InlineData("createdAt ge 2026-01-31T10:00Z", "%createdAt >= @p0", "2026-01-31T10:00:00.000Z")]
    [InlineData("createdBy/id eq 'u1'", "%createdBy[\"id\"] = @p0", "u1")]
    [InlineData("billingAddress/city eq 'Oslo'", "%billingAddress[\"city\"] = @p0", "Oslo")]
    public void Comparison_OfAFieldAndAValue_IsOneParameter(string filter, string sql, object value)
    {
        var predicate = Translate(Accounts, filter);

        Assert.Equal(Expanded(sql), predicate.Text);
        Assert.Equal([new SqlParameter("@p0", value)], predicate.Parameters);
    }

    [Theory]
    [InlineData("0.1")]
    [InlineData("1000.1")]
    [InlineData("16777217.5")]
    [InlineData("3258.67876576549")]
    [InlineData("-12")]
    public void Comparison_WithADecimal_KeepsEveryDigit(string number)
    {
        var value = Translate(Accounts, $"annualRevenue ge {number}").Parameters[0].Value;

        Assert.Equal(decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture), value);
    }

    [Fact]
    public void Comparison_WithADate_IsText()
    {
        var predicate = Translate(Opportunities, "closeDate ge 2026-01-31 and closeDate in (2026-02-01,2026-02-02)");

        Assert.Equal(["2026-01-31", "2026-02-01", "2026-02-02"], predicate.Parameters.Select(parameter => parameter.Value));
    }

    [Theory]
    [InlineData("industry eq null", "(NOT IS_DEFINED(%industry) OR IS_NULL(%industry))")]
    [InlineData("null eq industry", "(NOT IS_DEFINED(%industry) OR IS_NULL(%industry))")]
    [InlineData("not (industry ne null)", "(NOT IS_DEFINED(%industry) OR IS_NULL(%industry))")]
    [InlineData("industry ne null", "(IS_DEFINED(%industry) AND NOT IS_NULL(%industry))")]
    [InlineData("not (industry eq null)", "(IS_DEFINED(%industry) AND NOT IS_NULL(%industry))")]
    [InlineData("billingAddress eq null", "(NOT IS_DEFINED(%billingAddress) OR IS_NULL(%billingAddress))")]
    [InlineData("industry ne 'a'", "(NOT IS_DEFINED(%industry) OR IS_NULL(%industry) OR %industry != @p0)")]
    [InlineData("not (industry eq 'a')", "(NOT IS_DEFINED(%industry) OR IS_NULL(%industry) OR %industry != @p0)")]
    [InlineData("not (industry ne 'a')", "%industry = @p0")]
    [InlineData("not (not (industry eq 'a'))", "%industry = @p0")]
    [InlineData("not (employeeCount gt 5)", "(NOT IS_DEFINED(%employeeCount) OR IS_NULL(%employeeCount) OR %employeeCount <= @p0)")]
    [InlineData("not (employeeCount le 5)", "(NOT IS_DEFINED(%employeeCount) OR IS_NULL(%employeeCount) OR %employeeCount > @p0)")]
    [InlineData("not startswith(industry,'a')", "(NOT IS_DEFINED(%industry) OR IS_NULL(%industry) OR NOT STARTSWITH(%industry, @p0))")]
    [InlineData("not (industry in ('a','b'))", "(NOT IS_DEFINED(%industry) OR IS_NULL(%industry) OR NOT (%industry IN (@p0, @p1)))")]
    [InlineData("industry in ('a',null)", "(NOT IS_DEFINED(%industry) OR IS_NULL(%industry) OR %industry IN (@p0))")]
    [InlineData("not (industry in ('a',null))", "((IS_DEFINED(%industry) AND NOT IS_NULL(%industry)) AND NOT (%industry IN (@p0)))")]
    [InlineData("industry in (null)", "(NOT IS_DEFINED(%industry) OR IS_NULL(%industry))")]
    [InlineData("not (industry eq 'a' and status eq 'active')", "((NOT IS_DEFINED(%industry) OR IS_NULL(%industry) OR %industry != @p0) OR (NOT IS_DEFINED(%status) OR IS_NULL(%status) OR %status != @p1))")]
    public void Absence_InEveryNegation_IsSaidInTwoValues(string filter, string sql) => Assert.Equal(Expanded(sql), Translate(Accounts, filter).Text);

    [Theory]
    [InlineData("name eq 'a' and status eq 'active' and rating eq 'hot'", "%name = @p0 AND %status = @p1 AND %rating = @p2")]
    [InlineData("name eq 'a' or status eq 'active' or rating eq 'hot'", "(%name = @p0 OR %status = @p1 OR %rating = @p2)")]
    [InlineData("name eq 'a' or status eq 'active' and rating eq 'hot'", "(%name = @p0 OR (%status = @p1 AND %rating = @p2))")]
    [InlineData("(name eq 'a' or status eq 'active') and rating eq 'hot'", "(%name = @p0 OR %status = @p1) AND %rating = @p2")]
    [InlineData("not (name ne 'a' or industry ne 'b')", "(%name = @p0 AND %industry = @p1)")]
    [InlineData("status in ('active','inactive')", "%status IN (@p0, @p1)")]
    [InlineData("employeeCount in (1, 2)", "%employeeCount IN (@p0, @p1)")]
    public void Logic_OfPredicates_KeepsConjunctsBare(string filter, string sql) => Assert.Equal(Expanded(sql), Translate(Accounts, filter).Text);

    [Theory]
    [InlineData("doNotCall", "%doNotCall = @p0")]
    [InlineData("not doNotCall", "(NOT IS_DEFINED(%doNotCall) OR IS_NULL(%doNotCall) OR %doNotCall != @p0)")]
    [InlineData("doNotCall eq true", "%doNotCall = @p0")]
    [InlineData("tags/any(t:t eq 'vip')", "EXISTS(SELECT VALUE e0 FROM e0 IN %tags WHERE e0 = @p0)")]
    [InlineData("tags/any(t:startswith(t,'v'))", "EXISTS(SELECT VALUE e0 FROM e0 IN %tags WHERE STARTSWITH(e0, @p0))")]
    [InlineData("tags/any()", "EXISTS(SELECT VALUE e0 FROM e0 IN %tags)")]
    [InlineData("not tags/any(t:t eq 'vip')", "NOT EXISTS(SELECT VALUE e0 FROM e0 IN %tags WHERE e0 = @p0)")]
    [InlineData("emails/any(e:e/address eq 'X@Y.ZA' and e/isPrimary)", "EXISTS(SELECT VALUE e0 FROM e0 IN %emails WHERE (e0[\"address\"] = @p0 AND e0[\"isPrimary\"] = @p1))")]
    [InlineData("tags/any(t:t eq 'a') and tags/any(t:t eq 'b')", "EXISTS(SELECT VALUE e0 FROM e0 IN %tags WHERE e0 = @p0) AND EXISTS(SELECT VALUE e0 FROM e0 IN %tags WHERE e0 = @p1)")]
    public void Any_OverAList_IsASubquery(string filter, string sql) => Assert.Equal(Expanded(sql), Translate(Contacts, filter).Text);

    [Fact]
    public void Any_InsideAny_HasItsOwnAlias() => Assert.Equal(
        Expanded("EXISTS(SELECT VALUE e0 FROM e0 IN %stages WHERE (e0[\"order\"] > @p0 AND EXISTS(SELECT VALUE e1 FROM e1 IN e0[\"requiredFields\"] WHERE e1 = @p1)))"),
        Translate(Pipelines, "stages/any(s:s/order gt 1 and s/requiredFields/any(f:f eq 'amount'))").Text);

    [Fact]
    public void Any_OverAFormOfText_NormalisesTheValue() =>
        Assert.Equal("x@y.org", Translate(Contacts, "emails/any(e:e/address eq 'X@Y.ORG')").Parameters[0].Value);

    private static string Expanded(string sql) =>
        System.Text.RegularExpressions.Regex.Replace(sql, "%([a-zA-Z]+)", match => $"{D}[\"{match.Groups[1].Value}\"]");

    private static SqlPredicate Translate(EntityType type, string filter)
    {
        var errors = new FilterErrors();
        var predicate = Filter.Read(type, filter, errors, new ListOptions());
        Assert.Empty(errors.All);
        return predicate!;
    }
}
