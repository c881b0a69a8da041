namespace Crm.Webhooks;

/// <summary>Settings of webhooks, from the section <c>Webhooks</c>.</summary>
public sealed record WebhookSettings
{
    public const string Section = "Webhooks";

    /// <summary>Whether webhooks may be sent to this machine, also over http: for development.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>How long a receiver may take to answer.</summary>
    public int TimeoutSeconds { get; init; } = 15;

    internal TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);
}
