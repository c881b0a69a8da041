using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Crm.Entities.Schema;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Entities.Types;

/// <summary>What an event does with the records of its target.</summary>
public enum InboundMode
{
    Create,

    /// <summary>Changes the record that <see cref="InboundWebhook.Match"/> finds.</summary>
    Update,

    /// <summary>Changes the record that <see cref="InboundWebhook.Match"/> finds, or creates it.</summary>
    Upsert,
}

public enum InboundWebhookStatus
{
    Active,

    /// <summary>Its senders are told to come back later.</summary>
    Paused,
}

/// <summary>
/// Where others send events, and what becomes of them. An event is written with the rights of the owner, so only the owner says what it does and who can
/// sign for it: who takes one over, becomes its owner. Its secret is in the answer to its creation and nowhere else.
/// </summary>
[WithSecret]
public sealed record InboundWebhook : Entity
{
    /// <summary>The action that gives it a new secret.</summary>
    public const string Rotate = "rotateSecret";

    public string? Name { get; init; }

    /// <summary>Where senders post to, on the host of this API.</summary>
    [ServerSet, NotFilterable] public string Path { get; init; } = "";

    /// <summary>How senders sign; by default as Standard Webhooks has it.</summary>
    [NotFilterable] public InboundSignature Signature { get; init; } = new();

    /// <summary>
    /// Where senders say which event it is: a JSON pointer into the body (<c>/id</c>), or the name of a header. By default the header <c>webhook-id</c> of Standard
    /// Webhooks, else the body as a whole, which also stands in where nothing is found.
    /// </summary>
    [StringLength(200, MinimumLength = 1), NotFilterable] public string? EventId { get; init; }

    /// <summary>The collection that events are written to.</summary>
    public required string Target { get; init; }

    public InboundMode Mode { get; init; } = InboundMode.Create;

    /// <summary>Which record an event is about; not where each creates one.</summary>
    [NotFilterable] public InboundMatch? Match { get; init; }

    /// <summary>Which events are of interest; by default all.</summary>
    [NotFilterable] public InboundCondition? When { get; init; }

    /// <summary>What goes into which field. Where several rules are for one field, the first that gives a value counts.</summary>
    [MinLength(1), MaxLength(100), NotFilterable] public required IReadOnlyList<InboundRule> Mapping { get; init; }

    [Moves("active -> paused", "paused -> active")]
    public InboundWebhookStatus Status { get; init; } = InboundWebhookStatus.Active;

    [ServerSet, Sortable] public DateTimeOffset? SecretRotatedAt { get; init; }

    /// <summary>Under which its secret is kept; it is no secret itself.</summary>
    [ServerSet, NotFilterable] public string? SecretId { get; init; }

    /// <summary>Whether both take the same events and do the same with them.</summary>
    internal bool DoesAs(InboundWebhook? other) => other is not null && Definition() == other.Definition();

    protected internal override Entity Complete(WriteContext context)
    {
        var before = (InboundWebhook?)context.Before;
        if (context.Action != WriteContext.Unlink)
            CheckOwner(before, context);

        return this with { Path = $"/hooks/{context.Caller.TenantId}.{Id}" };
    }

    private void CheckOwner(InboundWebhook? before, WriteContext context)
    {
        if (before?.OwnerId != OwnerId && OwnerId != context.Caller.UserId)
            context.Forbid("#/ownerId", "events are written with the rights of the owner; it can become your own alone");
        if (DoesAs(before) && context.Action != Rotate)
            return;

        // A key may be good for less than its owner is.
        if (context.Caller.Actor.Kind == ActorKind.ApiKey)
            context.Forbid("#/mapping", "events are written with the rights of the owner: what they do is for the owner to say, signed in, not for a key");
        else if (OwnerId != context.Caller.UserId)
            context.Forbid("#/mapping", "events are written with the rights of the owner: only the owner says what they do");
    }

    private string Definition() => JsonSerializer.Serialize(new { Signature, EventId, Target, Mode, Match, When, Mapping }, CrmJson.Options);
}
