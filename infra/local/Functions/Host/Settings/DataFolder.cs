using Crm.Local.Functions.Startup;

namespace Crm.Local.Functions.Settings;

/// <summary>The folder with all state, held by one running instance at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    public static DataFolder Hold(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }

        var file = System.IO.Path.Combine(path, "lock");
        try
        {
            // An advisory lock that the system drops with the process, so nothing is left to clean up after a kill.
            return new DataFolder(path, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unwritable(path, e);
        }
        catch (IOException e) when (File.Exists(file))
        {
            throw new StartException($"The data folder {path} is in use by another instance. Stop that one, or set CRM_DATA to another folder.", e);
        }
        catch (IOException e)
        {
            throw Unwritable(path, e);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static StartException Unwritable(string path, Exception e) =>
        new($"The data folder {path} cannot be written: {e.Message.TrimEnd('.')}. Allow it, or set CRM_DATA to another folder.", e);
}
