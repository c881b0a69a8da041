using Crm.Entities.Types;
using Crm.Platform;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Crm.Access;

/// <summary>Settings of mail to users, from the section <c>Mail</c>.</summary>
public sealed record MailOptions
{
    public const string Section = "Mail";

    /// <summary>Where mails are laid down as files, for want of a mail server. Null: they are not sent, and the log says so.</summary>
    public string? Folder { get; init; }
}

/// <summary>Lays mails down in a folder, one file each, readable by the app's user alone.</summary>
public sealed partial class MailFolder(IOptions<MailOptions> options, TimeProvider time, ILogger<MailFolder> logger) : IAccountMail
{
    public async Task SendAsync(User user, Link link, CancellationToken cancellation)
    {
        if (options.Value.Folder is not { Length: > 0 } folder)
        {
            Log.NotSent(logger, user.Id);
            return;
        }

        Directory.CreateDirectory(folder);
        var file = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        await using var mail = new StreamWriter(Path.Combine(folder, $"{Ids.New(time.GetUtcNow())}.eml"), file);
        await mail.WriteAsync($"To: {user.Email}\nSubject: Set your password\n\nPOST /auth/password/set with this token, once, until {link.ExpiresAt:u}:\n\n{link.Token}\n");
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "User {UserId} asked for a new password, but no mail is set up (Mail__Folder)")]
        public static partial void NotSent(ILogger logger, string userId);
    }
}
