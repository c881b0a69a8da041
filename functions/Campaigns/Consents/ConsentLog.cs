using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Campaigns.Consents;

/// <summary>Something that somebody said to being sent e-mail, by a link of ours.</summary>
/// <param name="Answers">What had been said last, and what they may have had in mind; null where nothing had.</param>
/// <param name="Source">By which link.</param>
public sealed record ConsentAnswer(RecordLink Party, string Purpose, Consent? Answers, ConsentState State, string Source, ConsentEvidence Evidence)
{
    /// <summary>The answer's own id: the same thing said twice to the same is said once.</summary>
    public string Id => IdOf(Party, Purpose, Answers, State);

    public static string IdOf(RecordLink party, string purpose, Consent? answers, ConsentState state) =>
        Ids.From("consent-answer", party.Type, party.Id, purpose, answers?.Id ?? "", state.ToString());
}

/// <summary>What people have said to being sent e-mail: added to, never changed, and the newest counts.</summary>
public sealed class ConsentLog(EntityCatalog catalog, RecordStore records, SystemCalls system, CallContext call, TimeProvider time)
{
    /// <summary>How far the clocks of two instances may differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    /// <summary>What was said last; null where nothing ever was. Sees the latest write of any instance.</summary>
    public async Task<Consent?> NewestAsync(string tenantId, RecordLink party, string purpose, CancellationToken cancellation)
    {
        var type = catalog.Of<Consent>();
        var rows = await records.QueryAsync(
            tenantId, type.Collection, "TOP 1 VALUE c.data",
            "c.data.partyRef.id = @party AND c.data.partyRef.type = @type AND c.data.channel = 'email' AND c.data.purpose = @purpose ORDER BY c.data.createdAt DESC",
            [("@party", party.Id), ("@type", party.Type), ("@purpose", purpose)], latest: true, cancellation);
        return rows is [var newest] ? (Consent)type.Deserialize(newest) : null;
    }

    /// <summary>Writes down what somebody said. Null where it stands; also where it stood before, and where nobody is left to be written to.</summary>
    public async Task<Error?> AddAsync(string tenantId, string worker, ConsentAnswer answer, CancellationToken cancellation)
    {
        // The newest is told by its time: what answers another consent must be later, also where that one was written by a clock that is ahead.
        var ahead = answer.Answers is { } last ? last.CreatedAt - time.GetUtcNow() : TimeSpan.MinValue;
        if (ahead > Skew)
            return new Busy("The clocks of this deployment differ. Try again.", ahead);
        if (ahead >= TimeSpan.Zero)
            await Task.Delay(ahead + TimeSpan.FromMilliseconds(1), time, cancellation);

        var type = catalog.Of<Consent>();
        var fields = new JsonObject
        {
            ["partyRef"] = JsonSerializer.SerializeToNode(answer.Party, CrmJson.Options),
            ["channel"] = "email",
            ["purpose"] = answer.Purpose,
            ["state"] = JsonSerializer.SerializeToNode(answer.State, CrmJson.Options),
            ["source"] = answer.Source,
            ["evidence"] = JsonSerializer.SerializeToNode(answer.Evidence, CrmJson.Options),
            ["policyVersion"] = answer.Answers?.PolicyVersion,
        };
        var added = await system.RunAsync<EntityService, Result<RecordReply>>(
            tenantId, worker, call.RequestId, call.TraceParent, entities => entities.CreateAsync(type, answer.Id, fields, new WriteOptions(), cancellation));
        return added.Error is Conflict || (added.Error is Invalid { Errors: var wrong } && wrong.All(field => field.Code == "unknown-reference")) ? null : added.Error;
    }
}
