using Crm.Local.Functions.Catalog;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Local.Functions.Startup;

internal static class ReadyMessage
{
    public static void Print(TextWriter output, IReadOnlyList<ITriggerListener> listeners, IReadOnlyList<LocalFunction> functions, string dataFolder, string? cosmos)
    {
        foreach (var address in listeners.SelectMany(listener => listener.Addresses))
            output.WriteLine($"Listening on {address}");
        output.WriteLine($"Data in {dataFolder}");
        if (cosmos is not null) output.WriteLine($"Cosmos on {cosmos}");
        if (string.Join(", ", functions.Where(function => function.Trigger is not HttpTriggerAttribute).Select(function => function.Name)) is { Length: > 0 } others)
            output.WriteLine($"In the background: {others}");
        foreach (var example in listeners.Select(listener => listener.Example).OfType<string>())
            output.WriteLine($"Try: {example}");
        output.WriteLine("Ctrl-C stops.");
    }
}
