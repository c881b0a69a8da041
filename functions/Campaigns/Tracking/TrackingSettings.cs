using Crm.Platform.Auth;

namespace Crm.Campaigns.Tracking;

/// <summary>Settings of the links in mails, from the section <c>Tracking</c>.</summary>
public sealed record TrackingSettings
{
    public const string Section = "Tracking";

    /// <summary>
    /// Sign links in mails (<see cref="KeyRing"/>). They are keys of their own, since a key of sign-in lives for days and a mail is opened after months: one
    /// that no longer signs has to stay for as long as somebody may want to unsubscribe by a mail that carries its links.
    /// </summary>
    public string SigningKeys { get; init; } = "";

    internal IReadOnlyList<byte[]> Keys => KeyRing.Of(SigningKeys);

    internal bool HasKeys => KeyRing.IsIn(SigningKeys);
}
