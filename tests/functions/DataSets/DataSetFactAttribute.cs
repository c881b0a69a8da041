namespace Crm.Tests.DataSets;

/// <summary>A fact over a set of real data. The sets are no part of the repository: where the folder is absent, the test is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataSetFactAttribute : FactAttribute
{
    public DataSetFactAttribute(string name)
    {
        if (Find(name) is null)
            Skip = $"The data set {name} is not here: it is looked for in ../shared/data beside the repository, or in the folder that CRM_DATASETS names.";
    }

    /// <summary>The folder of a data set, or null.</summary>
    internal static DirectoryInfo? Find(string name)
    {
        var all = Environment.GetEnvironmentVariable("CRM_DATASETS") is { Length: > 0 } chosen ? chosen : BesideRepository();
        var folder = all is null ? null : new DirectoryInfo(Path.Combine(all, name));
        return folder is { Exists: true } ? folder : null;
    }

    private static string? BesideRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Crm.sln")))
            folder = folder.Parent;
        return folder is null ? null : Path.Combine(folder.FullName, "..", "shared", "data");
    }
}
