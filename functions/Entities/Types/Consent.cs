using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum ConsentChannel
{
    Email,
    Sms,
    Phone,
    Post,
}

public enum ConsentState
{
    /// <summary>Asked for, not answered yet: nothing is sent. By e-mail, its owner is asked to confirm it, in one mail.</summary>
    Pending,
    Granted,
    Withdrawn,
}

/// <summary>
/// What somebody said to being written to or called, once and for good: who says something else later does so in another record, and the newest
/// one counts. So what was agreed to, when and how can be shown for any day.
/// </summary>
public sealed record Consent : Entity
{
    /// <summary>What a pending consent by e-mail announces: its owner has to be asked whether it was they who gave it.</summary>
    public const string Requested = "requested";

    /// <summary>Whose it is. It goes with them: who is restored has to be asked again.</summary>
    [Reference("accounts", "contacts", "customers", "leads", OnDelete = OnDelete.Cascade)] public required RecordLink PartyRef { get; init; }

    [Sortable] public required ConsentChannel Channel { get; init; }

    /// <summary>What for, as the campaigns that need it name it.</summary>
    [Sortable] public required string Purpose { get; init; }

    [Sortable] public required ConsentState State { get; init; }

    public string? Source { get; init; }

    public ConsentEvidence? Evidence { get; init; }

    /// <summary>Of the text that they agreed to.</summary>
    public string? PolicyVersion { get; init; }

    protected internal override Entity Complete(WriteContext context)
    {
        if (context.Before is Consent before)
        {
            Keep("partyRef", before.PartyRef, PartyRef);
            Keep("channel", before.Channel, Channel);
            Keep("purpose", before.Purpose, Purpose);
            Keep("state", before.State, State);
            Keep("source", before.Source, Source);
            Keep("evidence", before.Evidence, Evidence);
            Keep("policyVersion", before.PolicyVersion, PolicyVersion);
        }
        else if (this is { Channel: ConsentChannel.Email, State: ConsentState.Pending })
        {
            context.Announce(Requested);
        }

        return this;

        void Keep<T>(string field, T was, T wanted)
        {
            if (!EqualityComparer<T>.Default.Equals(was, wanted))
                context.Refuse($"#/{field}", "immutable", "stays as it was said; create another consent, and it counts from then on");
        }
    }

    protected internal override string? WhyNotDelete() => State == ConsentState.Withdrawn
        ? "Without this withdrawal, an older consent would count again."
        : null;
}

/// <summary>How a consent can be proven.</summary>
public sealed record ConsentEvidence
{
    [Personal] public string? Ip { get; init; }

    public string? FormId { get; init; }

    public DateTimeOffset? At { get; init; }
}
