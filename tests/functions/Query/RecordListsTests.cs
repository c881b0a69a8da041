using System.Net;
using System.Text;
using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Expanding;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Cosmos;
using Crm.Platform.Paging;
using Crm.Query;
using Crm.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Moq;

namespace Crm.Tests.Query;

public sealed class RecordListsTests
{
    private static readonly EntityType Contacts = EntityType.Of<Contact>("contacts");
    internal static readonly Caller Anna = new("t1", new Actor { Kind = ActorKind.User, Id = "anna", Name = "Anna" }, Permissions.Everything);

    private readonly Mock<Container> _container = new();
    private readonly List<(string Text, string? Continuation, QueryRequestOptions Options)> _asked = [];

    [Fact]
    public async Task List_OfTheLastPage_HasTheRowsAsTheyCameAndNoLink()
    {
        Answer("VALUE c", new Reply("""{ "id": "1",  "amount": 1.50 }""", null));

        var page = (await ListAsync("?maxpagesize=7")).Value!;

        Assert.Equal("""{"value":[{ "id": "1",  "amount": 1.50 }]}""", Encoding.UTF8.GetString(page.Body.Span));
        Assert.Equal((null, null, 2.5), (page.NextLink, page.Link, page.RequestCharge));
        var (_, continuation, options) = Assert.Single(_asked);
        Assert.Null(continuation);
        Assert.Equal((7, new PartitionKeyBuilder().Add("t1").Add("contacts").Build()), (options.MaxItemCount, options.PartitionKey!.Value));
    }

    [Fact]
    public async Task List_WithMoreToCome_LinksToIt()
    {
        Answer("VALUE c", new Reply("1,2", "token-1"));

        var page = (await ListAsync("?filter=lastName eq 'é %2B %26'&maxpagesize=2")).Value!;

        Assert.StartsWith("https://crm.example/api/v1/contacts?filter=lastName%20eq%20%27%C3%A9%20%2B%20%26%27&maxpagesize=2&cursor=", page.NextLink, StringComparison.Ordinal);
        Assert.Equal($"<{page.NextLink}>; rel=\"next\"", page.Link);
        Assert.Equal(page.NextLink, JsonDocument.Parse(page.Body).RootElement.GetProperty("nextLink").GetString());

        var next = (await ListAsync(new Uri(page.NextLink!).Query)).Value!;

        Assert.Equal("token-1", _asked[^1].Continuation);
        Assert.Equal(1, next.NextLink!.Split("cursor=").Length - 1);
    }

    [Fact]
    public async Task List_WithEmptyPages_GoesOnToTheFirstThatIsNot()
    {
        Answer("VALUE c", new Reply("", "a"), new Reply("", "b"), new Reply("3", null));

        var page = (await ListAsync("")).Value!;

        Assert.Equal("""{"value":[3]}""", Encoding.UTF8.GetString(page.Body.Span));
        Assert.Equal(7.5, page.RequestCharge);
    }

    [Fact]
    public async Task List_WithNothingButEmptyPages_HandsTheSearchBack()
    {
        Answer("VALUE c", [.. Enumerable.Repeat(new Reply("", "on"), 20)]);

        var page = (await ListAsync("")).Value!;

        Assert.NotNull(page.NextLink);
    }

    [Theory]
    [InlineData(3, 3, true)]
    [InlineData(10_000, 10_000, true)]
    [InlineData(10_001, 10_000, false)]
    public async Task Count_IsCappedAndSaysSo(int records, int count, bool exact)
    {
        Answer("VALUE c", new Reply("1", "more"));
        Answer("VALUE 1", new Reply(string.Join(',', Enumerable.Repeat("1", records - 1)), "a"), new Reply("1", null));

        var page = (await ListAsync("?count=true")).Value!;
        Check(page);
        var asked = _asked.Count;

        // Later pages repeat the first one's count instead of counting again.
        Check((await ListAsync(new Uri(page.NextLink!).Query)).Value!);
        Assert.Equal(asked + 1, _asked.Count);

        void Check(ListPage listed)
        {
            var body = JsonDocument.Parse(listed.Body).RootElement;
            Assert.Equal((count, exact), (body.GetProperty("count").GetInt32(), body.GetProperty("countIsExact").GetBoolean()));
        }
    }

    [Fact]
    public async Task List_WhenTheDatabaseNoLongerTakesTheContinuation_IsExpired()
    {
        Answer("VALUE c", new Reply("1", "old"));
        var page = (await ListAsync("")).Value!;
        Answer("VALUE c", new Reply("", null, HttpStatusCode.BadRequest));

        Assert.IsType<Expired>((await ListAsync(new Uri(page.NextLink!).Query)).Error);
        await Assert.ThrowsAsync<CosmosException>(() => ListAsync(""));
    }

    private Task<Result<ListPage>> ListAsync(string query) => new RecordLists(
            _container.Object, CursorTests.New(new CursorTests.Clock(), 1), new ExpansionReader(new EntityCatalog(EntityCatalog.BuiltIn)), Expander,
            new FilterMacroValues(new TenantDirectory(new EntityCatalog(EntityCatalog.BuiltIn), Mock.Of<IMemoryCache>()), Records), TimeProvider.System, new ListOptions()).ListAsync(
        Contacts, Anna, [], new QueryCollection(QueryHelpers.ParseQuery(query)), new Uri("https://crm.example/api/v1/contacts" + (query.Length > 0 ? "?x=y" : "")), CancellationToken.None);

    private static RecordStore Records => new(new CrmContainers(Mock.Of<CosmosClient>(), Options.Create(new CosmosSettings())), new RequestCharge(new RequestChargeTotal()));

    private static Expander Expander => new(Records, new CallContext());

    private sealed record Reply(string Rows, string? Continuation, HttpStatusCode Status = HttpStatusCode.OK);

    private void Answer(string statement, params IReadOnlyList<Reply> replies) => _container
        .Setup(container => container.GetItemQueryStreamIterator(It.Is<QueryDefinition>(query => query.QueryText.Contains(statement)), It.IsAny<string>(), It.IsAny<QueryRequestOptions>()))
        .Returns((QueryDefinition query, string? continuation, QueryRequestOptions options) =>
        {
            lock (_asked)
                _asked.Add((query.QueryText, continuation, options));
            return new Pages(replies);
        });

    private sealed class Pages(IReadOnlyList<Reply> replies) : FeedIterator
    {
        private int _next;

        public override bool HasMoreResults => _next == 0 || (_next < replies.Count && replies[_next - 1].Continuation is not null) || replies[^1].Continuation is not null;

        public override Task<ResponseMessage> ReadNextAsync(CancellationToken cancellationToken = default)
        {
            var reply = replies[_next++];
            var message = new ResponseMessage(reply.Status) { Content = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"_rid":"x","Documents":[{{reply.Rows}}],"_count":9}""")) };
            message.Headers.Add("x-ms-request-charge", "2.5");
            if (reply.Continuation is not null)
                message.Headers.Add("x-ms-continuation", reply.Continuation);
            return Task.FromResult(message);
        }
    }
}
