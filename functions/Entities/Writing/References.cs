using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Entities.Storage;

namespace Crm.Entities.Writing;

/// <summary>Checks references on write, and finds who refers to a record that is to be deleted.</summary>
public sealed class References(EntityCatalog catalog, RecordStore records)
{
    private const int LongestChain = 50;

    /// <summary>
    /// Reads, in one round, what the changed references name and what the rules ask to see. What is not there is an error by its pointer; what is,
    /// is handed to the rules.
    /// </summary>
    public async Task CheckAsync(EntityType type, JsonElement data, JsonElement before, IEnumerable<RecordRef> reads, WriteContext context, CancellationToken cancellation)
    {
        var known = type.References.SelectMany(path => Named(path, before)).Select(named => named.Target).ToHashSet();

        // The caller is known to exist: they are asking.
        if (context.Caller.UserId is { } user)
            known.Add(new RecordRef("users", user));

        var changed = type.References
            .SelectMany(path => Named(path, data).Select(named => (named.Pointer, named.Target, path)))
            .Where(named => !known.Contains(named.Target))
            .ToList();
        var wanted = changed.Select(named => named.Target).Concat(reads).Where(target => IsId(target.Id)).ToHashSet();
        var found = await records.ReadManyAsync(context.Caller.TenantId, wanted, cancellation);
        foreach (var (reference, record) in found)
            context.Add(reference, catalog.Get(reference.Collection).Deserialize(record));

        foreach (var (pointer, target, _) in changed.Where(named => !found.ContainsKey(named.Target)))
            context.Refuse(pointer, "unknown-reference", $"there is no record '{Shown(target.Id)}' in {target.Collection}");

        foreach (var (pointer, target, path) in changed.Where(named => named.path.Reference.Acyclic && found.ContainsKey(named.Target)))
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
            Ids: await records.ReferrersAsync(key.TenantId, reference.Holder.Collection, reference.Path, key.Id, most, cancellation))));
        return [.. found
            .Select(referrers => (referrers.Holder, referrers.Path, Ids: (IReadOnlyList<string>)[.. referrers.Ids.Where(id => id != key.Id || referrers.Holder.Collection != key.Collection)]))
            .Where(referrers => referrers.Ids.Count > 0)];
    }

    /// <summary>The record without its references to one target: fields become null, list elements that hold one go.</summary>
    public static void Remove(JsonObject data, ReferencePath path, string target)
    {
        var list = path.Steps.ToList().IndexOf("[]");
        if (list < 0)
        {
            var parent = path.Steps.SkipLast(1).Aggregate((JsonNode?)data, (node, step) => node?[step]) as JsonObject;
            if (parent?[path.Steps[^1]]?.GetValue<string>() == target)
                parent.Remove(path.Steps[^1]);
            return;
        }

        if (path.Steps.Take(list).Aggregate((JsonNode?)data, (node, step) => node?[step]) is not JsonArray elements)
            return;

        var holders = elements.Where(element => path.Steps.Skip(list + 1).Aggregate(element, (node, step) => node?[step])?.ToString() == target).ToList();
        foreach (var holder in holders)
            elements.Remove(holder);
    }

    private async Task<bool> LeadsToAsync(string self, ReferencePath path, JsonElement target, WriteContext context, CancellationToken cancellation)
    {
        var record = target;
        for (var hop = 0; hop < LongestChain; hop++)
        {
            if (record.GetProperty("id").GetString() == self)
                return true;
            if (path.In(record).FirstOrDefault().Id is not { } next)
                return false;

            var parent = new RecordRef(path.Reference.Collection, next);
            var read = await records.ReadManyAsync(context.Caller.TenantId, [parent], cancellation);
            if (!read.TryGetValue(parent, out record))
                return false;
        }

        return true;
    }

    private static IEnumerable<(string Pointer, RecordRef Target)> Named(ReferencePath path, JsonElement data) =>
        path.In(data).Select(found => (found.Pointer, new RecordRef(path.Reference.Collection, found.Id)));

    /// <summary>Whether a text can be an id at all: what cannot is not asked for.</summary>
    internal static bool IsId(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static string Shown(string id) => id.Length <= 64 ? id : id[..64] + "…";
}
