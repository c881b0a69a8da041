namespace Crm.Platform.Blobs;

/// <summary>Where blobs are. Section <c>Storage</c>; the section's own value may be a connection string (one machine, emulators).</summary>
public sealed record StorageSettings
{
    /// <summary>A whole connection string, with key. Local only.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The account's blob endpoint, reached with the app's identity.</summary>
    public Uri? BlobServiceUri { get; set; }

    /// <summary>The client id of the user-assigned identity, where there is one.</summary>
    public string? ClientId { get; set; }
}
