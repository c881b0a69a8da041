namespace Crm.Platform.Messaging;

/// <summary>Where the queues are. Section <c>ServiceBus</c>; the section's own value may be a connection string (one machine, emulators).</summary>
public sealed record MessagingSettings
{
    /// <summary>A whole connection string, with key. Local only.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The namespace's host name (<c>name.servicebus.windows.net</c>), reached with the app's identity.</summary>
    public string? FullyQualifiedNamespace { get; set; }

    /// <summary>The client id of the user-assigned identity, where there is one.</summary>
    public string? ClientId { get; set; }
}
