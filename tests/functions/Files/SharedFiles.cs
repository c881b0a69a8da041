namespace Crm.Tests.Files;

/// <summary>One app with one Azurite for all tests of files.</summary>
[CollectionDefinition(Name)]
public sealed class SharedFiles : ICollectionFixture<FilesApp>
{
    public const string Name = "the app with files";
}
