namespace Crm.Campaigns.Sending;

/// <summary>
/// How many recipients there are of each kind, by name. What a recipient counts for follows from the recipient alone, so that the totals of a shard are by
/// definition what counting its recipients again would give.
/// </summary>
public sealed record RecipientCounts(IReadOnlyDictionary<string, int> Values)
{
    private const string SkippedFor = "skipped";

    public static RecipientCounts None { get; } = new(new Dictionary<string, int>());

    /// <summary>All recipients, the skipped ones too.</summary>
    public int Audience => Of("audience");

    /// <summary>Those that something is still to be done about.</summary>
    public int Open => Of("open");

    /// <summary>Those whose mail the server has taken on, whatever became of it later.</summary>
    public int Sent => Of("sent");

    public int Delivered => Of("delivered");

    public int Opened => Of("opened");

    public int Clicked => Of("clicked");

    public int Unsubscribed => Of("unsubscribed");

    public int Complained => Of("complained");

    public int SoftBounced => Of("softBounced");

    public int HardBounced => Of("hardBounced");

    public int Rejected => Of("rejected");

    public int Failed => Of("failed");

    public int Unknown => Of("unknown");

    /// <summary>By reason; what does not occur is not in it.</summary>
    public IReadOnlyDictionary<SkipReason, int> Skipped =>
        Enum.GetValues<SkipReason>().Where(reason => Of(NameOf(reason)) != 0).ToDictionary(reason => reason, reason => Of(NameOf(reason)));

    /// <summary>What one recipient counts for. Creating several changes at most ten counts, as many as one patch takes.</summary>
    public static RecipientCounts Of(Recipient recipient)
    {
        var counts = new Dictionary<string, int> { ["audience"] = 1 };
        Count("sent", recipient.SentAt is not null);
        Count("delivered", recipient.DeliveredAt is not null);
        Count("opened", recipient.OpenedAt is not null);
        Count("clicked", recipient.ClickedAt is not null);
        Count("unsubscribed", recipient.UnsubscribedAt is not null);
        Count("complained", recipient.ComplainedAt is not null);
        Count("open", recipient.IsOpen);
        Count("softBounced", recipient.Status == RecipientStatus.SoftBounced);
        Count("hardBounced", recipient.Status == RecipientStatus.HardBounced);
        Count("rejected", recipient.Status == RecipientStatus.Rejected);
        Count("failed", recipient.Status == RecipientStatus.Failed);
        Count("unknown", recipient.Status == RecipientStatus.Unknown);
        if (recipient is { Status: RecipientStatus.Skipped, SkipReason: { } reason })
            Count(NameOf(reason), true);
        return new RecipientCounts(counts);

        void Count(string name, bool counted)
        {
            if (counted)
                counts[name] = 1;
        }
    }

    public static RecipientCounts Sum(IEnumerable<RecipientCounts> counts) => new(counts
        .SelectMany(each => each.Values)
        .GroupBy(count => count.Key)
        .ToDictionary(group => group.Key, group => group.Sum(count => count.Value)));

    /// <summary>What has to be added to the other to make this; only what differs.</summary>
    public RecipientCounts Minus(RecipientCounts other) => new(Values.Keys.Union(other.Values.Keys)
        .Select(name => KeyValuePair.Create(name, Of(name) - other.Of(name)))
        .Where(difference => difference.Value != 0)
        .ToDictionary());

    private int Of(string name) => Values.GetValueOrDefault(name);

    private static string NameOf(SkipReason reason) => $"{SkippedFor}{reason}";
}
