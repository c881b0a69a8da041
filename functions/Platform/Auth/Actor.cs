using System.ComponentModel.DataAnnotations;

namespace Crm.Platform.Auth;

/// <summary>What kind of actor makes a change.</summary>
public enum ActorKind
{
    User,
    ApiKey,
    System,
    Import,
    Webhook,
}

/// <summary>Who made a change, as it is written down for good.</summary>
public sealed record Actor
{
    public required ActorKind Kind { get; init; }

    [StringLength(64)] public required string Id { get; init; }

    [StringLength(255)] public required string Name { get; init; }
}
