using Crm.Local.Functions.Catalog;

namespace Crm.Local.Functions.Startup;

internal static class ReadyMessage
{
    public static void Print(TextWriter output, IEnumerable<ITriggerListener> listeners, string dataFolder)
    {
        var addresses = listeners.SelectMany(listener => listener.Addresses).ToArray();
        foreach (var address in addresses)
            output.WriteLine($"Listening on {address}");
        output.WriteLine($"Data in      {dataFolder}");
        if (addresses is [var first, ..])
            output.WriteLine($"Try          curl {first}/    (lists the functions; Ctrl-C stops)");
    }
}
