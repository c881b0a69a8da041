namespace Crm.Tests.Program;

/// <summary>Tests that start the program share the machine: one after the other, each over data folders of its own.</summary>
public abstract class ProgramTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crm-program-");

    /// <summary>A data folder that does not exist yet.</summary>
    protected string Data => Path.Combine(_folder.FullName, "data");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [CollectionDefinition(Name)]
    public sealed class Sequential
    {
        public const string Name = "Program";
    }
}
