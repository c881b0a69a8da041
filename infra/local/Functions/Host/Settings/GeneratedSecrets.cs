using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crm.Local.Functions.Startup;

namespace Crm.Local.Functions.Settings;

/// <summary>Secrets that nobody has to choose: made at the first start, then kept in the data folder for its owner alone.</summary>
internal sealed class GeneratedSecrets(string dataFolder)
{
    // Base64 as it is, so that a value can be copied out of the file.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };
    private readonly string _path = Path.Combine(dataFolder, "secrets.json");

    public string For(string name)
    {
        try
        {
            var secrets = Load();
            if (secrets.TryGetValue(name, out var secret)) return secret;
            secrets[name] = secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
            Save(secrets);
            return secret;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The data folder {dataFolder} cannot be written: {e.Message.TrimEnd('.')}. Allow it, or set CRM_DATA to another folder.", e);
        }
        catch (JsonException e)
        {
            throw new StartException($"{_path} is not valid JSON. Repair it; deleting it makes new secrets, and what the old ones signed is then refused.", e);
        }
    }

    private Dictionary<string, string> Load() =>
        File.Exists(_path) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(_path)) ?? [] : [];

    private void Save(Dictionary<string, string> secrets)
    {
        Directory.CreateDirectory(dataFolder);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        // Written beside and renamed, so that a start cut short never leaves half a file.
        var draft = $"{_path}.{Environment.ProcessId}";
        using (var stream = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(stream, secrets, Json);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, _path, overwrite: true);
    }
}
