using Crm.Platform;

namespace Crm.Entities.Expanding;

/// <summary>Reads a record together with those it refers to.</summary>
public sealed class ExpandedReads(EntityService entities, ExpansionReader expansions, Expander expander, CallContext call)
{
    /// <param name="session">The Consistency-Token of a write that must be seen.</param>
    /// <param name="expand">The references wanted, as the client wrote them; null for none.</param>
    public async Task<Result<RecordReply>> ReadAsync(string collection, string id, string? session, string? expand, CancellationToken cancellation)
    {
        var read = await entities.ReadAsync(collection, id, session, cancellation);
        if (read.Failed || expand is null)
            return read;

        var errors = new List<ParameterError>();
        var wanted = expansions.Read(read.Value.Type.SeenBy(call.Caller), call.Caller, expand, pageSize: 1, errors);
        return errors.Count > 0 ? BadRequest.Of(errors) : await expander.ExpandAsync(read.Value, wanted, cancellation);
    }
}
