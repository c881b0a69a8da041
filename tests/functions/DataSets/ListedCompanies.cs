namespace Crm.Tests.DataSets;

/// <summary>The 992 companies listed in Taiwan, with names and addresses in Traditional Chinese.</summary>
public sealed class ListedCompanies() : LoadedCrm(Name)
{
    public const string Name = "tw-listed-companies";

    public const string File = "t187ap03_L.csv";

    internal override Task LoadAsync(DataSetLoad load) => new ListedCompaniesLoader(load).LoadAsync();
}
