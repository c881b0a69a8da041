namespace Crm.Tests.DataSets;

/// <summary>830 orders of a trader in food, with the customers who placed them, the employees who took them and the products.</summary>
public sealed class Northwind() : LoadedCrm(Name)
{
    public const string Name = "northwind";

    /// <summary>The files that keep every value of the original database.</summary>
    public const string Files = "csv-from-sql/";

    internal override Task LoadAsync(DataSetLoad load) => new NorthwindLoader(load).LoadAsync();
}
