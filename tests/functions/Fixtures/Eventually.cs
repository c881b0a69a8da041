namespace Crm.Tests.Fixtures;

/// <summary>What follows from a request without being part of its answer: looked for again and again, up to a deadline that decides nothing but a failure.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>The first answer that is as wanted.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted, string what)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            var answer = await ask();
            if (wanted(answer))
                return answer;

            Assert.False(deadline.IsCancellationRequested, $"Not within {Deadline.TotalSeconds} s: {what}");
            await Task.Delay(Interval);
        }
    }
}
