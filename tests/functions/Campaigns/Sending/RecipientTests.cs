using Crm.Campaigns.Sending;
using Crm.Entities;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Campaigns.Sending;

/// <summary>Recipients and the totals of their shards, which must be what counting again gives.</summary>
[Collection(SharedApp.Name)]
public sealed class RecipientTests(CrmApp app) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly string _campaign = Guid.NewGuid().ToString();
    private readonly AsyncServiceScope _scope = app.Services.CreateAsyncScope();

    private Recipients Recipients => _scope.ServiceProvider.GetRequiredService<Recipients>();

    private CampaignTotals Totals => _scope.ServiceProvider.GetRequiredService<CampaignTotals>();

    public Task InitializeAsync() => Totals.EnsureAsync("default", _campaign, CancellationToken.None);

    public async Task DisposeAsync() => await _scope.DisposeAsync();

    [Fact]
    public async Task Create_WithOneThatIsThere_CreatesNone()
    {
        var present = await NewAsync("a@example.com");
        var other = Enumerable.Range(0, 1000).Select(number => Pending($"{number}@example.com")).First(recipient => recipient.Shard == present.Recipient.Shard);

        Assert.False(await Recipients.CreateAsync([other, present.Recipient], default));

        Assert.Null(await Recipients.FindAsync(other.Key, default));
        Assert.Equal(1, (await SumAsync()).Audience);
    }

    [Fact]
    public async Task Claim_ByMany_SucceedsForOne()
    {
        var pending = await NewAsync("a@example.com");

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(owner => Recipients.ClaimAsync(pending, $"claim-{owner}", Now, Now.AddSeconds(45), default)));

        Assert.Single(claims, claim => claim is not null);
        Assert.Equal(1, (await SumAsync()).Open);
    }

    [Fact]
    public async Task Settle_OfAClaimThatWasGivenUp_SaysWhatIsKnown()
    {
        var claimed = (await Recipients.ClaimAsync(await NewAsync("a@example.com"), "mine", Now, Now.AddSeconds(45), default))!;
        await Recipients.ChangeAsync(claimed, claimed.Recipient with { Status = RecipientStatus.Unknown, DueAt = null }, default);

        Assert.True(await Recipients.SettleAsync(claimed, Sent, default));
        Assert.False(await Recipients.SettleAsync(claimed, Sent, default));

        var sum = await SumAsync();
        Assert.Equal((1, 0, 1, 0), (sum.Sent, sum.Unknown, sum.Audience, sum.Open));
    }

    [Fact]
    public async Task Mark_ByManyAtOnce_CountsOnce()
    {
        var sent = await SentAsync("a@example.com");

        var marks = await Task.WhenAll(Enumerable.Range(0, 6).SelectMany(_ => new[] { RecipientMark.Opened, RecipientMark.Clicked }).Select(mark => Recipients.MarkAsync(sent.Key, mark, Now, default)));

        Assert.Equal(2, marks.Count(counted => counted));
        var sum = await SumAsync();
        Assert.Equal((1, 1, 1), (sum.Sent, sum.Opened, sum.Clicked));
    }

    [Fact]
    public async Task Mark_BouncedAfterDelivered_IsSentAndBounced()
    {
        var sent = await SentAsync("a@example.com");

        Assert.True(await Recipients.MarkAsync(sent.Key, RecipientMark.Delivered, Now, default));
        Assert.True(await Recipients.MarkAsync(sent.Key, RecipientMark.Bounced, Now.AddMinutes(1), default));
        Assert.False(await Recipients.MarkAsync(sent.Key, RecipientMark.Delivered, Now.AddMinutes(2), default));

        var sum = await SumAsync();
        Assert.Equal((1, 1, 1), (sum.Sent, sum.Delivered, sum.HardBounced));
    }

    [Fact]
    public async Task Mark_OfOneThatWasNeverSent_IsNoMark()
    {
        var pending = await NewAsync("a@example.com");

        Assert.False(await Recipients.MarkAsync(pending.Recipient.Key, RecipientMark.Opened, Now, default));
        Assert.False(await Recipients.MarkAsync(RecipientKey.Of("default", _campaign, "0none"), RecipientMark.Opened, Now, default));
    }

    [Fact]
    public async Task Open_IsWhatHasNoEnd_TheEarliestDueFirst()
    {
        var shard = Pending("0@example.com").Shard;
        var addresses = Enumerable.Range(0, 1000).Select(number => $"{number}@example.com").Where(address => Pending(address).Shard == shard).Take(4).ToList();
        foreach (var (address, index) in addresses.Select((address, index) => (address, index)))
            await NewAsync(address, Now.AddMinutes(-index));
        await Recipients.ChangeAsync((await Recipients.FindAsync(Pending(addresses[2]).Key, default))!, Sent(Pending(addresses[2])), default);

        var open = await Recipients.OpenAsync("default", _campaign, shard, 2, default);

        Assert.Equal([addresses[3], addresses[1]], open.Select(stored => stored.Recipient.Address));
    }

    [Fact]
    public async Task CreateMissing_CreatesWhatIsNotThere_AndSaysWhoseTheRestIs()
    {
        var present = await NewAsync("0@example.com");
        var others = Enumerable.Range(1, 1000).Select(number => Pending($"{number}@example.com")).Where(recipient => recipient.Shard == present.Recipient.Shard).Take(3).ToList();
        await Recipients.ExcludeAsync([others[0].Key], default);

        var found = await Recipients.CreateMissingAsync([.. others, present.Recipient], default);

        Assert.Equal(2, found.Count);
        Assert.Equal("contact", found[present.Recipient.Id]!.Id);
        Assert.Null(found[others[0].Id]);
        Assert.Equal(3, (await SumAsync()).Audience);
    }

    private static Recipient Sent(Recipient claimed) => claimed with { Status = RecipientStatus.Sent, SentAt = Now, DueAt = null };

    private Recipient Pending(string address, DateTimeOffset? dueAt = null) =>
        new(RecipientKey.IdOf(_campaign, "message", address), "default", _campaign, "message", new RecordLink { Type = "contacts", Id = "contact" }, address, RecipientStatus.Pending) { DueAt = dueAt ?? Now };

    private async Task<StoredRecipient> NewAsync(string address, DateTimeOffset? dueAt = null)
    {
        var pending = Pending(address, dueAt);
        Assert.True(await Recipients.CreateAsync([pending], default));
        return (await Recipients.FindAsync(pending.Key, default))!;
    }

    private async Task<Recipient> SentAsync(string address)
    {
        var claimed = (await Recipients.ClaimAsync(await NewAsync(address), "mine", Now, Now.AddSeconds(45), default))!;
        Assert.True(await Recipients.SettleAsync(claimed, Sent, default));
        return claimed.Recipient;
    }

    private Task<RecipientCounts> SumAsync() => Totals.SumAsync("default", _campaign, default);
}
