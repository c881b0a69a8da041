using System.Net;
using Microsoft.Azure.Cosmos;

namespace Crm.Local.Tests.Cosmos;

public sealed class ThrottleTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task Request_ThrottledLessOftenThanTheSdkRepeatsIt_Succeeds()
    {
        var container = await store.NewContainerAsync();
        store.Store.Throttle(3);
        using var created = await container.CreateItemStreamAsync(StoreFixture.Utf8("""{"id":"a","tenantId":"T1"}"""), new PartitionKey("T1"));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    [Fact]
    public async Task Request_ThrottledForEveryAttempt_Returns429AndDoesNothing()
    {
        var container = await store.NewContainerAsync();
        using var client = StoreFixture.NewClient(store.Store, options => options.MaxRetryAttemptsOnRateLimitedRequests = 0);
        var impatient = client.GetContainer(container.Database.Id, container.Id);
        store.Store.Throttle(1);
        var exception = await StoreFixture.RefusedAsync(
            HttpStatusCode.TooManyRequests, () => impatient.CreateItemAsync(new Item("a", "T1"), new PartitionKey("T1")));
        Assert.Equal(3200, exception.SubStatusCode);
        Assert.Equal(TimeSpan.FromMilliseconds(1), exception.RetryAfter);
        using var read = await container.ReadItemStreamAsync("a", new PartitionKey("T1"));
        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
    }
}
