using System.Text.Json;
using Crm.Local.Functions.Startup;

namespace Crm.Local.Functions.Timers;

/// <summary>The status of one timer in the data folder, where the real host has a blob.</summary>
internal sealed class TimerStatusFile(string folder, string function)
{
    private readonly string _path = Path.Combine(folder, "timers", $"{function}.json");

    /// <exception cref="StartException">The file is damaged.</exception>
    public TimerStatus? Read()
    {
        if (!File.Exists(_path)) return null;
        try
        {
            return JsonSerializer.Deserialize<TimerStatus>(File.ReadAllBytes(_path)) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new StartException($"{_path} is damaged ({e.Message}). It was left as it is; without it, the timer '{function}' starts anew.", e);
        }
    }

    public void Write(TimerStatus status)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);

        // Written beside and renamed, so that a kill never leaves half a file.
        var draft = _path + ".new";
        using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(stream, status);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, _path, overwrite: true);
    }
}
