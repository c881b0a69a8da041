namespace Crm.Local.ServiceBus;

internal sealed class Broker(TimeProvider time)
{
    public TimeProvider Time => time;

    public bool IsOpen { get; private set; } = true;

    public void Close() => IsOpen = false;

    public bool Admits(string? keyName, string? key) => keyName == key && IsOpen;
}
