using System.Text.Json.Nodes;
using Crm.Local.Functions.Startup;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Crm.Local.Tests.Functions;

public class TimerTriggerTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2024, 5, 6, 7, 8, 30, TimeSpan.Zero));
    private readonly Notes _notes = new();
    private readonly Gate _gate = new();

    [Fact]
    public async Task Timer_OnASixFieldSchedule_RunsWhenItIsDue()
    {
        await using var app = await StartAsync<Hourly>();
        _clock.Advance(TimeSpan.FromSeconds((51 * 60) + 29));
        Assert.Empty(_notes.All);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["08:00:00 False last 00:00:00"], await _notes.AtLeastAsync(1));
        Assert.Equal("09:00:00 False last 08:00:00", (await AdvanceUntilAsync(2, TimeSpan.FromMinutes(10)))[1]);
    }

    [Theory]
    [InlineData("00:30:00", 30 * 60)]
    [InlineData("0 */5 * * * *", 90)]
    [InlineData("*/5 * * * *", 90)]
    public async Task Schedule_FromASetting_MayBeAPeriodOrNcrontab(string schedule, int seconds)
    {
        await using var app = await StartAsync<Configured>(null, $"--Timers:Sweep={schedule}");
        _clock.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Empty(_notes.All);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var info = JsonNode.Parse((await _notes.AtLeastAsync(1))[0])!;
        Assert.False((bool)info["IsPastDue"]!);
        Assert.Equal(_clock.GetUtcNow(), (DateTimeOffset)info["ScheduleStatus"]!["Next"]!);
    }

    [Fact]
    public async Task RunsMissedWhileNothingRan_AreOnePastDueRun()
    {
        var first = await StartAsync<Hourly>();
        _clock.Advance(TimeSpan.FromMinutes(52));
        await _notes.AtLeastAsync(1);
        await first.StopAsync();
        _clock.Advance(TimeSpan.FromHours(3));

        await using var second = await StartAsync<Hourly>(first.Folder);
        Assert.Equal("09:00:00 True last 08:00:30", (await _notes.AtLeastAsync(2))[1]);
        Assert.Equal("12:00:00 False last 11:00:30", (await AdvanceUntilAsync(3, TimeSpan.FromMinutes(10)))[2]);
    }

    [Fact]
    public async Task ScheduleThatChanged_DoesNotMakeUpForTheOldOne()
    {
        var first = await StartAsync<Configured>(null, "--Timers:Sweep=0 0 * * * *");
        await first.StopAsync();
        _clock.Advance(TimeSpan.FromHours(3));
        await using var second = await StartAsync<Configured>(first.Folder, "--Timers:Sweep=0 30 9 * * *");
        _clock.Advance(TimeSpan.FromHours(23));
        Assert.Empty(_notes.All);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Contains("\"IsPastDue\":false", Assert.Single(await _notes.AtLeastAsync(1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TimerWithoutMonitor_RunsAtStartAndForgetsWhatItMissed()
    {
        var first = await StartAsync<Unmonitored>();
        await _notes.AtLeastAsync(1);
        await first.StopAsync();
        _clock.Advance(TimeSpan.FromHours(3));
        await using var second = await StartAsync<Unmonitored>(first.Folder);
        Assert.Equal(["False", "False"], await _notes.AtLeastAsync(2));
        Assert.False(Directory.Exists(Path.Combine(first.DataFolder, "timers")));
    }

    [Fact]
    public async Task RunLongerThanThePeriod_IsNotOvertaken()
    {
        await using var app = await StartAsync<Slow>();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await _notes.AtLeastAsync(1);
        for (var minute = 0; minute < 5; minute++)
            _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["in"], _notes.All);
        _gate.Open.SetResult();
        Assert.Equal(["in", "out", "in", "out"], await _notes.AtLeastAsync(4));
    }

    [Fact]
    public async Task RunThatFails_IsTriedAgainAsItsAttributeSays()
    {
        await using var app = await StartAsync<Failing>();
        Assert.Equal(["0/1", "1/1", "0/1"], (await AdvanceUntilAsync(3, TimeSpan.FromSeconds(10))).Take(3));
    }

    [Fact]
    public async Task Stop_CancelsARun()
    {
        var app = await StartAsync<Slow>();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await _notes.AtLeastAsync(1);
        await app.DisposeAsync();
        Assert.Equal(["in", "cancelled"], _notes.All);
    }

    [Fact]
    public async Task Stop_WithARunThatWillNotEnd_IsOverAtTheDeadline()
    {
        var app = await TestApp.StartAsync<Stubborn>(builder =>
        {
            builder.Services.AddSingleton(_notes).AddSingleton(_gate);
            builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(50));
        });
        await _notes.AtLeastAsync(1);
        await app.DisposeAsync();
        Assert.Contains(app.Logs.Entries, entry => entry.Text.Contains("'Stubborn' did not stop in time", StringComparison.Ordinal));
        _gate.Open.SetResult();
    }

    [Fact]
    public async Task StatusFile_ThatIsDamaged_IsNamedAndLeftAlone()
    {
        var folder = Directory.CreateTempSubdirectory("crm-timer-");
        var file = Path.Combine(folder.FullName, "timers", "Hourly.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "{");
        var refused = await Assert.ThrowsAsync<StartException>(() => StartAsync<Hourly>(null, $"--CRM_DATA={folder.FullName}"));
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Equal("{", await File.ReadAllTextAsync(file));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task ScheduleThatIsNone_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => StartAsync<Configured>(null, "--Timers:Sweep=now and then"));
        Assert.Contains("Function 'Configured'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'now and then'", refused.Message, StringComparison.Ordinal);
    }

    private Task<TestApp> StartAsync<T>(string? folder = null, params string[] arguments) => TestApp.StartAsync(
        [typeof(T)],
        builder => builder.Services.AddSingleton(_notes).AddSingleton(_gate).AddSingleton<TimeProvider>(_clock),
        new() { Folder = folder, Arguments = arguments });

    // Again and again, because nobody outside can tell when the host has begun to wait for the next time.
    private async Task<string[]> AdvanceUntilAsync(int count, TimeSpan step)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (_notes.All.Length < count)
        {
            _clock.Advance(step);
            await Task.Delay(10, deadline.Token);
        }

        return _notes.All;
    }

    public sealed class Gate
    {
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public sealed class Hourly(Notes notes)
    {
        [Function("Hourly")]
        public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) =>
            notes.Add($"{timer.ScheduleStatus!.Next.ToUniversalTime():HH:mm:ss} {timer.IsPastDue} last {timer.ScheduleStatus.Last.ToUniversalTime():HH:mm:ss}");
    }

    public sealed class Configured(Notes notes)
    {
        [Function("Configured")]
        public void Run([TimerTrigger("%Timers:Sweep%")] string timer) => notes.Add(timer);
    }

    public sealed class Unmonitored(Notes notes)
    {
        [Function("Unmonitored")]
        public void Run([TimerTrigger("0 0 * * * *", UseMonitor = false, RunOnStartup = true)] TimerInfo timer)
        {
            Assert.Null(timer.ScheduleStatus);
            notes.Add($"{timer.IsPastDue}");
        }
    }

    public sealed class Slow(Notes notes, Gate gate)
    {
        [Function("Slow")]
        public async Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellation)
        {
            notes.Add("in");
            try
            {
                await gate.Open.Task.WaitAsync(cancellation);
                notes.Add("out");
            }
            catch (OperationCanceledException)
            {
                notes.Add("cancelled");
                throw;
            }
        }
    }

    public sealed class Stubborn(Notes notes, Gate gate)
    {
        [Function("Stubborn")]
        public Task Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true, UseMonitor = false)] TimerInfo timer)
        {
            notes.Add("in");
            return gate.Open.Task;
        }
    }

    public sealed class Failing(Notes notes)
    {
        [Function("Failing")]
        [FixedDelayRetry(1, "00:00:10")]
        public void Run([TimerTrigger("0 * * * * *")] TimerInfo timer, FunctionContext context)
        {
            notes.Add($"{context.RetryContext.RetryCount}/{context.RetryContext.MaxRetryCount}");
            throw new InvalidOperationException("at fault");
        }
    }
}
