using Crm.Local.Functions.Catalog;

namespace Crm.Local.Functions.Startup;

internal static class ReadyMessage
{
    public static void Print(TextWriter output, IReadOnlyList<ITriggerListener> listeners, string dataFolder, string? cosmos)
    {
        foreach (var address in listeners.SelectMany(listener => listener.Addresses))
            output.WriteLine($"Listening on {address}");
        output.WriteLine($"Data in {dataFolder}");
        if (cosmos is not null) output.WriteLine($"Cosmos on {cosmos}");
        foreach (var example in listeners.Select(listener => listener.Example).OfType<string>())
            output.WriteLine($"Try: {example}");
        output.WriteLine("Ctrl-C stops.");
    }
}
