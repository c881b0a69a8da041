namespace Crm.Tests.DataSets;

/// <summary>8,800 sales and what belongs to them.</summary>
public sealed class MavenCrm() : LoadedCrm(Name)
{
    public const string Name = "maven-crm";

    internal override Task LoadAsync(DataSetLoad load) => new MavenCrmLoader(load).LoadAsync();
}
