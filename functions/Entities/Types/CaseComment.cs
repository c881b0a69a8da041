using Crm.Entities.Schema;
using Crm.Platform.Auth;

namespace Crm.Entities.Types;

/// <summary>How a case was settled.</summary>
public sealed record CaseResolution
{
    public required string Code { get; init; }

    [LongText] public required string Summary { get; init; }
}

/// <summary>What was said about a case, by whom and when.</summary>
public sealed record CaseComment
{
    [LongText] public required string Body { get; init; }

    /// <summary>Meant for the customer to see.</summary>
    public bool IsPublic { get; init; }

    [ServerSet] public Actor? By { get; init; }

    [ServerSet] public DateTimeOffset? At { get; init; }

    /// <summary>The comments there were, as they were, and the new ones after them.</summary>
    internal static IReadOnlyList<CaseComment> Appended(IReadOnlyList<CaseComment> before, IReadOnlyList<CaseComment> sent, WriteContext context)
    {
        for (var index = 0; index < before.Count; index++)
        {
            if (index >= sent.Count || sent[index].Body != before[index].Body || sent[index].IsPublic != before[index].IsPublic)
                context.Refuse($"#/comments/{index}", "read-only", "a comment stays as it was made; add new ones after the last");
        }

        return [.. before, .. sent.Skip(before.Count).Select(comment => comment with { By = context.Caller.Actor, At = context.Now })];
    }
}
