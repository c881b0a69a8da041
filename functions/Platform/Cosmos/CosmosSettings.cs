namespace Crm.Platform.Cosmos;

/// <summary>Where the database is. Section <c>Cosmos</c>; the section's own value may be a connection string (one machine, emulators).</summary>
public sealed record CosmosSettings
{
    /// <summary>A whole connection string, with key. Local only.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The account's endpoint, reached with the app's identity.</summary>
    public Uri? AccountEndpoint { get; set; }

    /// <summary>The client id of the user-assigned identity, where there is one.</summary>
    public string? ClientId { get; set; }

    public string Database { get; set; } = "crm";
}
