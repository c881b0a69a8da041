using Crm.Entities;
using Crm.Entities.Expanding;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Paging;
using Crm.Query;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Crm.Tests.Query;

public sealed class ListQueryTests
{
    private static readonly EntityType Contacts = EntityType.Of<Contact>("contacts");

    [Fact]
    public void Read_OfNothing_IsThePlainList()
    {
        var query = Read("").Value!;

        Assert.Equal((50, false, null, null, null), (query.PageSize, query.Count, query.OrderBy, query.Select, query.Filter));
    }

    [Theory]
    [InlineData("?orderby=lastName", "lastName", false)]
    [InlineData("?orderby=lastName%20asc", "lastName", false)]
    [InlineData("?orderby=birthday+desc", "birthday", true)]
    public void OrderBy_OfASortableField_IsRead(string query, string field, bool descending)
    {
        var read = Read(query).Value!;

        Assert.Equal((field, descending), (read.OrderBy!.Name, read.Descending));
    }

    [Fact]
    public void Select_OfFields_AlwaysHasIdAndEtag() => Assert.Equal(["id", "etag", "lastName", "emails"], Read("?select=lastName,%20emails,id,lastName").Value!.Select);

    [Fact]
    public void Expand_OfReferences_IsReadAndSelected()
    {
        var query = Read("?select=lastName&expand=reportsTo/owner,reportsTo,owner").Value!;

        Assert.Equal(["reportsTo", "owner"], query.Expand.Select(expansion => expansion.Name));
        Assert.Equal("owner", Assert.Single(query.Expand[0].Inner).Name);
        Assert.Equal(["id", "etag", "reportsToId", "ownerId", "lastName"], query.Select);
    }

    [Theory]
    [InlineData("?maxpagesize=1", 1)]
    [InlineData("?maxpagesize=200", 200)]
    public void MaxPageSize_WithinBounds_IsRead(string query, int size) => Assert.Equal(size, Read(query).Value!.PageSize);

    [Theory]
    [InlineData("?$filter=doNotCall", "$filter", "unknown-parameter", null)]
    [InlineData("?Filter=doNotCall", "Filter", "unknown-parameter", null)]
    [InlineData("?top=5", "top", "unknown-parameter", null)]
    [InlineData("?count=true&count=true", "count", "repeated-parameter", null)]
    [InlineData("?expand=", "expand", "unknown-reference", 0)]
    [InlineData("?expand=owner,account", "expand", "unknown-reference", 6)]
    [InlineData("?expand=owner,%20reportsTo/account", "expand", "unknown-reference", 17)]
    [InlineData("?expand=reportsTo/reportsTo/reportsTo", "expand", "invalid-expand", 0)]
    [InlineData("?expand=owner,reportsTo/owner&maxpagesize=67", "expand", "out-of-range", null)]
    [InlineData("?maxpagesize=0", "maxpagesize", "out-of-range", null)]
    [InlineData("?maxpagesize=201", "maxpagesize", "out-of-range", null)]
    [InlineData("?maxpagesize=many", "maxpagesize", "out-of-range", null)]
    [InlineData("?count=yes", "count", "invalid-value", null)]
    [InlineData("?orderby=", "orderby", "invalid-orderby", 0)]
    [InlineData("?orderby=lastName%20down", "orderby", "invalid-orderby", 0)]
    [InlineData("?orderby=lastName,firstName", "orderby", "unsupported-orderby", 8)]
    [InlineData("?orderby=foo", "orderby", "unknown-field", 0)]
    [InlineData("?orderby=source", "orderby", "not-sortable", 0)]
    [InlineData("?select=lastName,foo", "select", "unknown-field", 9)]
    [InlineData("?select=", "select", "invalid-select", 0)]
    [InlineData("?filter=foo%20eq%201", "filter", "unknown-field", 0)]
    public void Read_OfAWrongParameter_NamesIt(string query, string parameter, string code, int? position)
    {
        var error = Assert.Single(Assert.IsType<BadRequest>(Read(query).Error).Parameters);

        Assert.Equal((parameter, code, position), (error.Parameter, error.Code, error.Position));
    }

    [Fact]
    public void Read_OfManyWrongParameters_NamesAll()
    {
        var error = Assert.IsType<BadRequest>(Read("?top=1&expand=x&filter=a%20eq%201%20and%20b%20eq%202&orderby=source&select=y&count=1&maxpagesize=0").Error);

        Assert.Equal(["top", "orderby", "maxpagesize", "expand", "filter", "filter", "select", "count"], error.Parameters.Select(parameter => parameter.Parameter));
    }

    [Fact]
    public void OrderBy_OfAFieldThatIsNotSortable_ListsThoseThatAre() =>
        Assert.Contains("birthday, createdAt, firstName, fullName", Read("?orderby=source").Error!.Detail, StringComparison.Ordinal);

    internal static Result<ListQuery> Read(string query) => ListQueryReader.Read(
        Contacts, RecordListsTests.Anna, new QueryCollection(QueryHelpers.ParseQuery(query)), macros: null, new ExpansionReader(new EntityCatalog(EntityCatalog.BuiltIn)), new ListOptions());
}
