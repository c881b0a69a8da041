namespace Crm.Tests.Fixtures;

/// <summary>What the setting <c>Storage</c> can be in tests.</summary>
internal static class Storage
{
    /// <summary>Azurite, started by the local host.</summary>
    public const string Local = "UseDevelopmentStorage=true";

    /// <summary>An account where nobody answers, with the key that Azurite publishes: for all that needs no files, so that it starts no Azurite.</summary>
    public const string None =
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=http://127.0.0.1:9/devstoreaccount1";
}
