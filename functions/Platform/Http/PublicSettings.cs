using System.Text;

namespace Crm.Platform.Http;

/// <summary>Where people reach this deployment, from the section <c>Public</c>.</summary>
public sealed record PublicSettings
{
    public const string Section = "Public";

    /// <summary>What links in mails begin with: scheme and host, and a path where a proxy adds one. Mails are read for months, so it has to go on answering.</summary>
    public string BaseUrl { get; init; } = "";

    internal bool HasBaseUrl => Ascii.IsValid(BaseUrl) && Uri.TryCreate(BaseUrl, UriKind.Absolute, out var url)
        && url is { Scheme: "http" or "https", Host.Length: > 0, UserInfo: "", Query: "", Fragment: "" };

    /// <summary>The address of a path, which has no slash before it.</summary>
    internal Uri Of(string path) => new($"{BaseUrl.TrimEnd('/')}/{path}");
}
