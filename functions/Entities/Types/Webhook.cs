using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.RegularExpressions;
using Crm.Entities.Schema;
using Crm.Platform.Auth;
using Crm.Platform.Http;

namespace Crm.Entities.Types;

public enum WebhookStatus
{
    Active,

    /// <summary>By its owner's choice.</summary>
    Paused,

    /// <summary>By the app: see <see cref="Webhook.DisabledReason"/>.</summary>
    Disabled,
}

public enum WebhookDisabledReason
{
    /// <summary>The receiver answered 410.</summary>
    Gone,

    /// <summary>The receiver has failed for days.</summary>
    Failing,
}

/// <summary>
/// Where events are sent. What is sent is what the owner may read at that moment, so only the owner says where it goes: who takes a webhook over, becomes
/// its owner. Its secret is in the answer to its creation and nowhere else.
/// </summary>
[WithSecret]
public sealed partial record Webhook : Entity
{
    /// <summary>The action by which the app stops sending.</summary>
    public const string Disable = "disable";

    /// <summary>The action that gives it a new secret.</summary>
    public const string Rotate = "rotateSecret";

    private const string Any = "*";

    public string? Name { get; init; }

    /// <summary>https, with a host that is not of a private network; http to this machine alone, where the setting <c>Webhooks__AllowLoopback</c> is on.</summary>
    [Form(TextForm.Url), StringLength(2000), NotFilterable] public required string Url { get; init; }

    /// <summary><c>contact.created</c>, <c>opportunity.*</c>, or <c>*</c> for all.</summary>
    [MinLength(1), MaxLength(100)] public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Leaves out what the owner did.</summary>
    public bool SkipOwn { get; init; }

    [Moves("active -> paused", "paused -> active", "disabled -> active", "active, paused -> disabled by disable")]
    public WebhookStatus Status { get; init; } = WebhookStatus.Active;

    [ServerSet] public WebhookDisabledReason? DisabledReason { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? SecretRotatedAt { get; init; }

    /// <summary>Under which its secret is kept; it is no secret itself.</summary>
    [ServerSet, NotFilterable] public string? SecretId { get; init; }

    /// <summary>Whether an event type is among <see cref="Types"/>.</summary>
    public bool Wants(string type) => Types.Any(wanted => wanted == Any || wanted == type || (wanted.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(wanted[..^1], StringComparison.Ordinal)));

    protected internal override Entity Complete(WriteContext context)
    {
        var before = (Webhook?)context.Before;
        if (before?.Url != Url)
            CheckUrl(context);
        if (context.Action != WriteContext.Unlink && before?.OwnerId != OwnerId && OwnerId != context.Caller.UserId)
            context.Forbid("#/ownerId", "a webhook is sent what its owner may read; it can become your own alone");
        foreach (var (type, index) in Types.Select((type, index) => (type, index)).Where(named => !IsType(named.type, context.Catalog)))
            context.Refuse($"#/types/{index}", "no-such-type", $"'{type}' is no event type such as contact.created, contact.* or *");

        return this with { DisabledReason = Status == WebhookStatus.Disabled ? DisabledReason : null };
    }

    private void CheckUrl(WriteContext context)
    {
        // A key may be good for less than its owner is.
        if (context.Caller.Actor.Kind == ActorKind.ApiKey)
            context.Forbid("#/url", "a webhook is sent what its owner may read: that is for the owner to say, signed in, not for a key");
        else if (OwnerId != context.Caller.UserId)
            context.Forbid("#/url", "a webhook is sent what its owner may read: only the owner says where");

        var url = new Uri(Url);
        var local = url.IsLoopback;
        if (url.Scheme != Uri.UriSchemeHttps && !local)
            context.Refuse("#/url", "not-https", "must be an https address");
        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            context.Refuse("#/url", "format", "must have no user, password or fragment");
        if (!local && IPAddress.TryParse(url.DnsSafeHost, out var address) && !PublicAddresses.IsPublic(address))
            context.Refuse("#/url", "not-public", "must not be an address of a private network");
    }

    private static bool IsType(string text, EntityCatalog catalog) =>
        text == Any || (Form().IsMatch(text) && catalog.All.Any(type => type.Exposed && text.StartsWith($"{type.Name}.", StringComparison.Ordinal)));

    [GeneratedRegex(@"^[a-z][a-z-]*\.(\*|[a-z][a-z_]*)$")]
    private static partial Regex Form();
}
