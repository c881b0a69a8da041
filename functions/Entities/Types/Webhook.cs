using System.ComponentModel.DataAnnotations;
using System.Net;
using Crm.Entities.Changes;
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
public sealed record Webhook : Entity
{
    /// <summary>The action by which the app stops sending.</summary>
    public const string Disable = "disable";

    /// <summary>The action that gives it a new secret.</summary>
    public const string Rotate = "rotateSecret";

    public string? Name { get; init; }

    /// <summary>https, with a host that is not of a private network; http to this machine alone, where the setting <c>Webhooks__AllowLoopback</c> is on.</summary>
    [Form(TextForm.Url), StringLength(2000), NotFilterable] public required string Url { get; init; }

    /// <summary><c>contact.created</c>, <c>opportunity.*</c>, or <c>*</c> for all.</summary>
    [MinLength(1), MaxLength(100)] public required IReadOnlyList<string> Types { get; init; }

    /// <summary>In the language of lists: only events of records that meet it, as the event left them; of a deleted one, as it was before. Then all types are of one entity.</summary>
    [StringLength(8000), NotFilterable] public string? Filter { get; init; }

    /// <summary>Only events of changes that touch one of these fields; all, where there are none.</summary>
    [MaxLength(100), NotFilterable] public IReadOnlyList<string> ChangedFields { get; init; } = [];

    /// <summary>Leaves out what the owner did.</summary>
    public bool SkipOwn { get; init; }

    [Moves("active -> paused", "paused -> active", "disabled -> active", "active, paused -> disabled by disable")]
    public WebhookStatus Status { get; init; } = WebhookStatus.Active;

    [ServerSet] public WebhookDisabledReason? DisabledReason { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? SecretRotatedAt { get; init; }

    /// <summary>Under which its secret is kept; it is no secret itself.</summary>
    [ServerSet, NotFilterable] public string? SecretId { get; init; }

    /// <summary>Whether an event of a change is one to send, as far as the change alone can say.</summary>
    public bool Wants(Change change, string type) =>
        Types.Include(type) && change.OccurredAt > CreatedAt && !(SkipOwn && change.Actor.Id == OwnerId) && IsTouchedBy(change.Fields);

    /// <summary>Whether one of these fields is one to be told of.</summary>
    public bool IsTouchedBy(IEnumerable<string> fields) => ChangedFields.Count == 0 || fields.Any(ChangedFields.Contains);

    protected internal override Entity Complete(WriteContext context)
    {
        var before = (Webhook?)context.Before;
        if (before?.Url != Url)
            CheckUrl(context);
        if (context.Action != WriteContext.Unlink && before?.OwnerId != OwnerId && OwnerId != context.Caller.UserId)
            context.Forbid("#/ownerId", "a webhook is sent what its owner may read; it can become your own alone");
        CheckWanted(before, context);
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

    private void CheckWanted(Webhook? before, WriteContext context)
    {
        var refusals = Types.Select(type => EventTypes.Refusal(type, context.Catalog)).ToList();
        foreach (var (index, refusal) in refusals.Index().Where(named => named.Item is not null))
            context.Refuse($"#/types/{index}", "no-such-type", refusal!);
        if (refusals.Any(refusal => refusal is not null) || (before is not null && before.Filter == Filter && before.ChangedFields.SequenceEqual(ChangedFields) && before.Types.SequenceEqual(Types)))
            return;

        IReadOnlyList<EntityType> entities = Types.Contains(EventTypes.All)
            ? [.. context.Catalog.All.Where(type => type.Exposed)]
            : [.. Types.Select(type => EventTypes.EntityOf(type, context.Catalog)!).Distinct()];
        foreach (var (index, field) in ChangedFields.Index().Where(named => !Diff.Tells(named.Item) || !entities.Any(entity => entity.SeenBy(context.Caller).Fields.ContainsKey(named.Item))))
            context.Refuse($"#/changedFields/{index}", "no-such-field", $"'{field}' is no field of what the types name that a change could be of");
        if (Filter is not null && entities.Count != 1)
            context.Refuse("#/filter", "not-allowed", "is about the records of one entity: name types of one, such as contact.*");
        else if (Filter is not null)
            context.CheckFilter("#/filter", entities[0].Collection, Filter);
    }
}
