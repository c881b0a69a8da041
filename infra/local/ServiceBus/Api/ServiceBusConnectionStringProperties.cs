#nullable disable
namespace Azure.Messaging.ServiceBus;

/// <summary>The parts of <c>Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…</c>.</summary>
public class ServiceBusConnectionStringProperties
{
    public Uri Endpoint { get; private set; }

    public string FullyQualifiedNamespace => Endpoint?.Host;

    public string EntityPath { get; private set; }

    public string SharedAccessKeyName { get; private set; }

    public string SharedAccessKey { get; private set; }

    public string SharedAccessSignature { get; private set; }

    /// <exception cref="FormatException">A part is malformed or unknown to the service.</exception>
    public static ServiceBusConnectionStringProperties Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var properties = new ServiceBusConnectionStringProperties();
        foreach (var part in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } name, { Length: > 0 } value])
                throw new FormatException("The connection string is malformed: every part is \"name=value\".");
            properties.Set(name, value);
        }

        return properties;
    }

    // As in the real one, names it does not know are passed over: UseDevelopmentEmulator is one that newer clients know.
    private void Set(string name, string value)
    {
        switch (name.ToUpperInvariant())
        {
            case "ENDPOINT":
                Endpoint = Uri.TryCreate(value, UriKind.Absolute, out var endpoint) && endpoint.Scheme == "sb"
                    ? endpoint
                    : throw new FormatException("The Endpoint of the connection string is not an address of the form \"sb://<namespace>\".");
                break;
            case "ENTITYPATH":
                EntityPath = value;
                break;
            case "SHAREDACCESSKEYNAME":
                SharedAccessKeyName = value;
                break;
            case "SHAREDACCESSKEY":
                SharedAccessKey = value;
                break;
            case "SHAREDACCESSSIGNATURE":
                SharedAccessSignature = value;
                break;
        }
    }
}
