namespace Crm.Tests.Fixtures;

/// <summary>The one app that most tests share: it starts once. Each test works on records of its own.</summary>
[CollectionDefinition(Name)]
public sealed class SharedApp : ICollectionFixture<CrmApp>
{
    public const string Name = "the shared app";
}
