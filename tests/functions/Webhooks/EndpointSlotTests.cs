using Crm.Webhooks;

namespace Crm.Tests.Webhooks;

/// <summary>Who may send at once, on one instance.</summary>
public sealed class EndpointSlotTests
{
    private readonly SettableTime _time = new();

    [Fact]
    public async Task Endpoint_HasThree()
    {
        using var slots = new EndpointSlots(_time);
        var taken = new[] { await TakeAsync(slots, "a"), await TakeAsync(slots, "a"), await TakeAsync(slots, "a") };

        Assert.All(taken, Assert.NotNull);
        Assert.Null(await TakeAsync(slots, "a"));
        taken[1]!.Dispose();
        Assert.NotNull(await TakeAsync(slots, "a"));
    }

    /// <summary>However many they are.</summary>
    [Fact]
    public async Task SlowEndpoints_LeaveRoomForTheOthers()
    {
        using var slots = new EndpointSlots(_time);
        (await TakeAsync(slots, "quick"))!.Dispose();

        var slow = 0;
        for (var number = 0; number < 12; number++)
            slow += await TakeAsync(slots, $"slow {number}") is null ? 0 : 1;

        Assert.Equal(8, slow);
        Assert.NotNull(await TakeAsync(slots, "quick"));
    }

    [Fact]
    public async Task Endpoint_ThatBecomesSlow_IsOneOfThem()
    {
        using var slots = new EndpointSlots(_time);
        (await TakeAsync(slots, "turns slow"))!.Dispose();
        var last = await TakeAsync(slots, "turns slow");
        _time.Now += TimeSpan.FromSeconds(15);
        last!.Dispose();
        for (var number = 0; number < 8; number++)
            Assert.NotNull(await TakeAsync(slots, $"slow {number}"));

        Assert.Null(await TakeAsync(slots, "turns slow"));
    }

    private static Task<IDisposable?> TakeAsync(EndpointSlots slots, string endpoint) => slots.TakeAsync(endpoint, CancellationToken.None);

    private sealed class SettableTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long GetTimestamp() => Now.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
