using System.Text.Json;
using Crm.Local.Cosmos.Query;

namespace Crm.Local.Cosmos.Storage;

/// <summary>What became of an operation on an item.</summary>
/// <param name="Item">The item after a write, or the one read.</param>
/// <param name="IndexEntries">Entries of the item, for the request charge.</param>
/// <param name="Written">Whether the item changed.</param>
internal sealed record Outcome(int Status, ItemRow? Item = null, int SubStatus = 0, string? Message = null, int IndexEntries = 0, bool Written = false)
{
    /// <summary>The container was deleted while the request was under way.</summary>
    public static Outcome NoContainer { get; } = new(404, SubStatus: 1003, Message: "Owner resource does not exist.");

    public static Outcome NotFound { get; } = new(404, Message: "Entity with the specified id does not exist in the system.");

    public static Outcome Conflict { get; } = new(409, Message: "Entity with the specified id already exists in the system.");

    public static Outcome UniqueConflict { get; } = new(409, Message: "Unique index constraint violation.");

    public static Outcome Stale { get; } = new(412, Message: "One of the specified pre-condition is not met.");

    public bool Succeeded => Status is < 300 or 304;
}

/// <summary>The operations on items, each applied in the writer's transaction. A failed one has changed nothing.</summary>
internal static class ItemOperations
{
    public static Outcome Create(WriteSession session, Container seen, ItemBody body)
    {
        if (Current(session, seen, ref body) is not { } container)
            return Outcome.NoContainer;
        if (session.Items.Find(container, body.Key.Epk, body.Id, session.Timestamp) is not null)
            return Outcome.Conflict;
        return Insert(session, container, body);
    }

    /// <param name="ifMatch">Ignored when the item does not exist, as the service has it.</param>
    public static Outcome Upsert(WriteSession session, Container seen, ItemBody body, string? ifMatch)
    {
        if (Current(session, seen, ref body) is not { } container)
            return Outcome.NoContainer;
        return session.Items.Find(container, body.Key.Epk, body.Id, session.Timestamp) is { } old
            ? Update(session, container, old, body, ifMatch)
            : Insert(session, container, body);
    }

    public static Outcome Replace(WriteSession session, Container seen, ItemBody body, string? ifMatch)
    {
        if (Current(session, seen, ref body) is not { } container)
            return Outcome.NoContainer;
        return session.Items.Find(container, body.Key.Epk, body.Id, session.Timestamp) is { } old
            ? Update(session, container, old, body, ifMatch)
            : Outcome.NotFound;
    }

    public static Outcome Delete(WriteSession session, Container seen, PartitionKey key, string id, string? ifMatch)
    {
        if (session.Current(seen) is not { } container)
            return Outcome.NoContainer;
        if (session.Items.Find(container, key.Epk, id, session.Timestamp) is not { } old)
            return Outcome.NotFound;
        if (!Matches(old, ifMatch))
            return Outcome.Stale;
        session.NextLsn(container);
        session.Items.Delete(container, key.Epk, old);
        return new Outcome(204, old, Written: true);
    }

    /// <exception cref="RequestException">An operation does not apply to the item.</exception>
    public static Outcome Patch(WriteSession session, Container seen, PartitionKey key, string id, PatchDocument patch, string? ifMatch)
    {
        if (session.Current(seen) is not { } container)
            return Outcome.NoContainer;
        if (session.Items.Find(container, key.Epk, id, session.Timestamp) is not { } old)
            return Outcome.NotFound;
        if (!Matches(old, ifMatch))
            return Outcome.Stale;
        if (patch.Condition is { } condition && !Holds(condition, container, old))
            return new Outcome(412, SubStatus: 1110, Message: "The patch condition is not met.");
        try
        {
            return Update(session, container, old, ItemBody.Parse(patch.Apply(old.Body), container), ifMatch: null);
        }
        catch (RequestException exception)
        {
            return new Outcome(exception.Status, SubStatus: exception.SubStatus, Message: exception.Message);
        }
    }

    public static Outcome Read(WriteSession session, Container seen, PartitionKey key, string id, string? ifNoneMatch)
    {
        if (session.Current(seen) is not { } container)
            return Outcome.NoContainer;
        return session.Items.Find(container, key.Epk, id, session.Timestamp) is { } item
            ? new Outcome(ifNoneMatch is not null && ifNoneMatch == item.ETag ? 304 : 200, item)
            : Outcome.NotFound;
    }

    /// <summary>The container as it is now. When its policies changed since the body was read, the body is read again by the new ones.</summary>
    private static Container? Current(WriteSession session, Container seen, ref ItemBody body)
    {
        var container = session.Current(seen);
        if (container is not null && container != seen)
            body = ItemBody.Parse(body.Json, container);
        return container;
    }

    private static Outcome Insert(WriteSession session, Container container, ItemBody body)
    {
        if (session.Items.HasUniqueConflict(container, body, own: null, session.Timestamp))
            return Outcome.UniqueConflict;
        var item = session.Items.Insert(container, body, session.NextLsn(container), session.Timestamp);
        return new Outcome(201, item, IndexEntries: body.Entries.Count, Written: true);
    }

    private static Outcome Update(WriteSession session, Container container, ItemRow old, ItemBody body, string? ifMatch)
    {
        if (!Matches(old, ifMatch))
            return Outcome.Stale;
        if (session.Items.HasUniqueConflict(container, body, old.Rid, session.Timestamp))
            return Outcome.UniqueConflict;
        var item = session.Items.Update(container, old, body, session.NextLsn(container), session.Timestamp);
        return new Outcome(200, item, IndexEntries: body.Entries.Count, Written: true);
    }

    private static bool Matches(ItemRow item, string? ifMatch) => ifMatch is null or "*" || ifMatch == item.ETag;

    private static bool Holds(string condition, Container container, ItemRow item)
    {
        using var document = JsonDocument.Parse(item.ToJson(container));
        return CosmosQuery.Holds(condition, document.RootElement);
    }
}
