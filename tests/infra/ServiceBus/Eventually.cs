namespace Crm.Local.Tests.ServiceBus;

internal static class Eventually
{
    /// <summary>Asks until it is so, for at most twenty seconds.</summary>
    public static async Task IsTrueAsync(Func<bool> isSo)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!isSo())
            await Task.Delay(1, deadline.Token);
    }
}
