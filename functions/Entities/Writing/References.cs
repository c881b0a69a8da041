using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Entities.Storage;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Entities.Writing;

/// <summary>Checks references on write, and finds who refers to a record that is to be deleted.</summary>
public sealed class References(EntityCatalog catalog, RecordStore records)
{
    private const int LongestChain = 50;

    /// <summary>
    /// Reads, in one round, what the changed references name and what the rules ask to see. What is not there is an error by its pointer; what is,
    /// is handed to the rules. What the caller may not read is not there for them to name.
    /// </summary>
    /// <param name="sent">The fields as the client sent them: what the server fills in is its own affair.</param>
    public async Task CheckAsync(EntityType type, JsonObject sent, JsonElement data, JsonElement before, IEnumerable<RecordRef> reads, WriteContext context, CancellationToken cancellation)
    {
        var known = Named(type, before).ToHashSet();

        // The caller is known to exist: they are asking.
        if (context.Caller.UserId is { } user)
            known.Add(new RecordRef("users", user));

        var changed = type.References
            .SelectMany(path => path.In(data).Select(named => (named.Pointer, named.Target, path)))
            .Where(named => named.path.Reference.Acyclic ? !named.path.In(before).Any(was => was.Target == named.Target) : !known.Contains(named.Target))
            .ToList();
        var wanted = changed.Select(named => named.Target).Concat(reads).Where(target => IsId(target.Id)).ToHashSet();
        var found = await records.ReadManyAsync(context.Caller.TenantId, wanted, cancellation);
        foreach (var (reference, record) in found)
            context.Add(reference, catalog.Get(reference.Collection).Deserialize(record));

        var unreadable = found.Where(record => !context.Caller.Permissions.Allows(Right.Read, record.Key.Collection, record.Value)).Select(record => record.Key).ToHashSet();
        if (unreadable.Count > 0)
            unreadable.IntersectWith(Named(type, JsonSerializer.SerializeToElement(sent, CrmJson.Options)));

        foreach (var (pointer, target, _) in changed.Where(named => !found.ContainsKey(named.Target) || unreadable.Contains(named.Target)))
            context.Refuse(pointer, "unknown-reference", $"there is no record '{Shown(target.Id)}' in {target.Collection}");

        foreach (var (pointer, target, path) in changed.Where(named => named.path.Reference.Acyclic && found.ContainsKey(named.Target) && !unreadable.Contains(named.Target)))
        {
            if (context.Before is { } self && await LeadsToAsync(self.Id, path, found[target], context, cancellation))
                context.Refuse(pointer, "cycle", "would make the record its own ancestor");
        }
    }

    /// <summary>The holders of a reference to a record, as far as the rule on the reference concerns its deletion.</summary>
    /// <param name="most">How many of each reference to name.</param>
    public async Task<IReadOnlyList<(EntityType Holder, ReferencePath Path, IReadOnlyList<string> Ids)>> ReferrersAsync(
        RecordKey key, OnDelete rule, int most, CancellationToken cancellation)
    {
        var paths = catalog.ReferencesTo(key.Collection).Where(reference => reference.Path.Reference.OnDelete == rule);
        var found = await Task.WhenAll(paths.Select(async reference => (
            reference.Holder,
            reference.Path,
            Ids: await records.ReferrersAsync(key.TenantId, reference.Holder.Collection, reference.Path, new RecordRef(key.Collection, key.Id), most, cancellation))));
        return [.. found
            .Select(referrers => (referrers.Holder, referrers.Path, Ids: (IReadOnlyList<string>)[.. referrers.Ids.Where(id => id != key.Id || referrers.Holder.Collection != key.Collection)]))
            .Where(referrers => referrers.Ids.Count > 0)];
    }

    /// <summary>Takes a target's references out of a record: fields go, and so do the list elements that hold one.</summary>
    public static void Remove(JsonObject data, ReferencePath path, RecordRef target)
    {
        var list = path.Steps.ToList().IndexOf("[]");
        if (list < 0)
        {
            if (Follow(data, path.Steps.SkipLast(1)) is JsonObject parent && IsTo(target, path, parent[path.Steps[^1]]))
                parent.Remove(path.Steps[^1]);
        }
        else if (Follow(data, path.Steps.Take(list)) is JsonArray elements)
        {
            foreach (var holder in elements.Where(element => IsTo(target, path, Follow(element, path.Steps.Skip(list + 1)))).ToList())
                elements.Remove(holder);
        }
    }

    private static IEnumerable<RecordRef> Named(EntityType type, JsonElement data) => type.References.SelectMany(path => path.In(data)).Select(named => named.Target);

    /// <summary>
    /// Takes out of a past state the references that have lost their target since, where losing it sets them to null. The others stay, to be refused
    /// by name.
    /// </summary>
    public async Task RemoveLostAsync(EntityType type, string tenantId, JsonObject data, CancellationToken cancellation)
    {
        var state = JsonSerializer.SerializeToElement(data, CrmJson.Options);
        var clearable = type.References
            .Where(path => path.Reference.OnDelete == OnDelete.SetNull)
            .SelectMany(path => path.In(state).Select(named => (path, named.Target)))
            .ToList();
        var found = await records.ReadManyAsync(tenantId, clearable.Select(named => named.Target).ToHashSet(), cancellation);
        foreach (var (path, target) in clearable.Where(named => !found.ContainsKey(named.Target)))
            Remove(data, path, target);
    }

    private static JsonNode? Follow(JsonNode? node, IEnumerable<string> steps) => steps.Aggregate(node, (inner, step) => inner?[step]);

    private static bool IsTo(RecordRef target, ReferencePath path, JsonNode? reference) => path.IsLink
        ? (string?)reference?["id"] == target.Id && (string?)reference?["type"] == target.Collection
        : (string?)reference == target.Id;

    private async Task<bool> LeadsToAsync(string self, ReferencePath path, JsonElement target, WriteContext context, CancellationToken cancellation)
    {
        var record = target;
        for (var hop = 0; hop < LongestChain; hop++)
        {
            if (record.GetProperty("id").GetString() == self)
                return true;
            if (path.In(record).Select(named => (RecordRef?)named.Target).FirstOrDefault() is not { } parent)
                return false;

            var read = await records.ReadManyAsync(context.Caller.TenantId, [parent], cancellation);
            if (!read.TryGetValue(parent, out record))
                return false;
        }

        return true;
    }

    /// <summary>Whether a text can be an id at all: what cannot is not asked for.</summary>
    internal static bool IsId(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static string Shown(string id) => id.Length <= 64 ? id : id[..64] + "…";
}
