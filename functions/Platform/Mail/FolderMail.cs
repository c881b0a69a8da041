using Microsoft.Extensions.Options;
using MimeKit;

namespace Crm.Platform.Mail;

/// <summary>Lays mails down in a folder, one file each, readable by the app's user alone.</summary>
public sealed class FolderMail(IOptions<MailSettings> settings, TimeProvider time) : IMailTransport, IMailSession
{
    public string? Missing => settings.Value.Folder is { Length: > 0 } ? null : "There is no mail server (Mail__Host), and no folder in its place (Mail__Folder).";

    public IMailSession Open() => this;

    public ValueTask DisposeAsync() => default;

    public async Task<MailResult> SendAsync(OutgoingMail mail, CancellationToken cancellation)
    {
        if (Missing is { } missing)
            return new MailResult(MailOutcome.NotSetUp, missing);

        var folder = settings.Value.Folder!;
        Directory.CreateDirectory(folder);
        var now = time.GetUtcNow();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        // Whole or not there, for whoever looks into the folder.
        var name = Path.Combine(folder, Ids.New(now));
        await using (var file = new FileStream(name + ".part", options))
            await mail.ToMessage(MailboxAddress.Parse(settings.Value.From), now).WriteToAsync(file, cancellation);
        File.Move(name + ".part", name + ".eml");
        return new MailResult(MailOutcome.Sent);
    }
}
