using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Cosmos;
using Crm.Platform.Json;
using Microsoft.Azure.Cosmos;

namespace Crm.Entities.Storage;

/// <summary>One value that no other live record may have.</summary>
/// <param name="Field">The field, for messages.</param>
/// <param name="Scope">Collection and field: the namespace of the value.</param>
/// <param name="Id">Digest of the folded value: a reservation holds no personal data and fits any id rule.</param>
public readonly record struct UniqueValue(string Field, string Scope, string Id)
{
    /// <summary>The unique values of a record. An empty text, as forms send it, is none: many records may be without a barcode.</summary>
    public static IEnumerable<UniqueValue> Of(EntityType type, JsonObject? data) => data is null ? [] :
    [
        .. from field in type.Fields.Values
           where field.Unique && data.ContainsKey(field.Name)
           from value in Values(data[field.Name]!)
           where value.Length > 0
           select Of(type, field.Name, value),
        .. from fields in type.UniqueTogether
           where fields.All(data.ContainsKey)
           select Of(type, string.Join('+', fields), string.Join('\n', fields.SelectMany(field => Values(data[field]!)))),
    ];

    /// <summary>A text as the value of a field.</summary>
    public static UniqueValue OfText(EntityType type, string field, string text) => Of(type, field, TextForms.Folded(text));

    private static UniqueValue Of(EntityType type, string field, string value) => new(field, $"{type.Collection}.{field}", Ids.Digest(value));

    /// <summary>A text is one value; a list has one per element, made of all the element's members.</summary>
    private static IEnumerable<string> Values(JsonNode node) => node switch
    {
        JsonArray elements => elements.SelectMany(element => Values(element!)),
        JsonObject members => [Encoding.UTF8.GetString(CanonicalJson.Bytes(members))],
        _ => [TextForms.Folded(node.ToString())],
    };
}

/// <summary>
/// Reserves unique values in the <c>keys</c> container before the record that has them is written. A reservation names its owner and is never
/// confirmed: whoever meets one reads the owner, and takes the value over when the owner does not have it and has had time enough to.
/// </summary>
public sealed class UniqueValues(CrmContainers containers, RecordStore records, RequestCharge charge, CallContext call, TimeProvider time)
{
    /// <summary>A reservation younger than this may belong to a write still under way.</summary>
    public static readonly TimeSpan TakeoverAge = TimeSpan.FromSeconds(60);

    /// <summary>A write that takes longer than this after its reservations gives up.</summary>
    public static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(30);

    private static readonly ItemRequestOptions Latest = new() { ConsistencyLevel = ConsistencyLevel.Strong };

    private sealed record Reservation(string Id, string TenantId, string Scope, string Collection, string RecordId, DateTimeOffset ReservedAt);

    /// <summary>Reserves all of them, or says which belongs to another record.</summary>
    public async Task<Error?> ReserveAsync(EntityType type, RecordKey owner, IReadOnlyCollection<UniqueValue> values, CancellationToken cancellation)
    {
        if (values.Count == 0)
            return null;

        var outcomes = await Task.WhenAll(values.Select(value => ReserveAsync(type, owner, value, cancellation)));
        if (Array.Find(outcomes, outcome => outcome.Error is not null).Error is not { } failure)
            return null;

        // Only what this request made, and only as it made it: another write of the same record may rely on the rest.
        await Task.WhenAll(values.Zip(outcomes).Where(pair => pair.Second.Tag is not null).Select(pair => DeleteAsync(owner.TenantId, pair.First, pair.Second.Tag!, cancellation)));
        return failure;
    }

    /// <summary>
    /// The id of the record that reserved a value, or null: a look-up by a unique value without a query. The record may not have got the value, or have
    /// given it up: look at it.
    /// </summary>
    public async Task<string?> FindOwnerAsync(string tenantId, UniqueValue value, CancellationToken cancellation) =>
        (await FindAsync(tenantId, value, cancellation)).Reservation?.RecordId;

    /// <summary>
    /// Gives values back after the record no longer has them. May fail or be skipped by a crash: what is left is taken over by the next who wants it.
    /// </summary>
    /// <param name="since">When the write that gave them up began: a reservation renewed since then belongs to a later write.</param>
    public Task ReleaseAsync(RecordKey owner, IReadOnlyCollection<UniqueValue> values, DateTimeOffset since, CancellationToken cancellation) =>
        Task.WhenAll(values.Select(async value =>
        {
            try
            {
                var (reservation, tag) = await FindAsync(owner.TenantId, value, cancellation);
                if (reservation is not null && BelongsTo(reservation, owner) && reservation.ReservedAt <= since)
                    await DeleteAsync(owner.TenantId, value, tag!, cancellation);
            }
            catch (CosmosException)
            {
                // The record is written; that it also keeps a reservation for a while must not make the write look failed.
            }
        }));

    /// <summary>The record that has a value of a unique text field, or had it last; null where none has reserved it.</summary>
    public async Task<string?> HolderAsync(string tenantId, EntityType type, string field, string value, CancellationToken cancellation) =>
        (await FindAsync(tenantId, UniqueValue.OfText(type, field, value), cancellation)).Reservation?.RecordId;

    private async Task DeleteAsync(string tenantId, UniqueValue value, string tag, CancellationToken cancellation)
    {
        // Whatever the answer: a reservation that stays is taken over in time.
        using var response = await containers.Keys.DeleteItemStreamAsync(value.Id, Partition(tenantId, value), new ItemRequestOptions { IfMatchEtag = tag }, cancellation);
        charge.Add(response.Headers.RequestCharge);
    }

    /// <returns>The error, or the tag of the reservation where this call made it.</returns>
    private async Task<(Error? Error, string? Tag)> ReserveAsync(EntityType type, RecordKey owner, UniqueValue value, CancellationToken cancellation)
    {
        var wanted = new Reservation(value.Id, owner.TenantId, value.Scope, owner.Collection, owner.Id, time.GetUtcNow());
        using var created = await containers.Keys.CreateItemStreamAsync(Body(wanted), Partition(owner.TenantId, value), cancellationToken: cancellation);
        charge.Add(created.Headers.RequestCharge);
        if (created.StatusCode != HttpStatusCode.Conflict)
        {
            created.EnsureSuccessStatusCode();
            return (null, created.Headers.ETag);
        }

        var (present, tag) = await FindAsync(owner.TenantId, value, cancellation);
        if (present is null)
            return (new Conflict($"The value of {value.Field} was given up by another record this very moment. Try again."), null);

        if (!BelongsTo(present, owner))
        {
            var holder = new RecordKey(owner.TenantId, present.Collection, present.RecordId);
            var record = await records.ReadLatestAsync(holder, cancellation);
            var data = record is { IsTombstone: false } ? (JsonObject)record.Data.ToNode()! : null;
            if (data is not null && UniqueValue.Of(type, data).Contains(value))
                return (new Duplicate(value.Field, call.Caller.Permissions.Allows(Right.Read, present.Collection, record!.Data) ? [Match(data)] : []), null);
            if (time.GetUtcNow() - present.ReservedAt < TakeoverAge)
                return (new Duplicate(value.Field, []), null);
        }

        // Ours from a request that did not get further, or nobody's: either way it must look new from now on.
        using var taken = await containers.Keys.ReplaceItemStreamAsync(Body(wanted), value.Id, Partition(owner.TenantId, value), new ItemRequestOptions { IfMatchEtag = tag }, cancellation);
        charge.Add(taken.Headers.RequestCharge);
        if (taken.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound)
        {
            // Renewed by a repetition of this very request is as good as renewed here.
            var (renewed, _) = await FindAsync(owner.TenantId, value, cancellation);
            return (renewed is not null && BelongsTo(renewed, owner) ? null : new Duplicate(value.Field, []), null);
        }

        taken.EnsureSuccessStatusCode();
        return (null, null);
    }

    private async Task<(Reservation? Reservation, string? Tag)> FindAsync(string tenantId, UniqueValue value, CancellationToken cancellation)
    {
        using var response = await containers.Keys.ReadItemStreamAsync(value.Id, Partition(tenantId, value), Latest, cancellation);
        charge.Add(response.Headers.RequestCharge);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return (null, null);

        response.EnsureSuccessStatusCode();
        return (await JsonSerializer.DeserializeAsync<Reservation>(response.Content, CrmJson.Options, cancellation), response.Headers.ETag);
    }

    private static bool BelongsTo(Reservation reservation, RecordKey owner) => reservation.Collection == owner.Collection && reservation.RecordId == owner.Id;

    private static JsonObject Match(JsonObject data) => new() { ["id"] = data["id"]!.DeepClone(), ["type"] = data["type"]!.DeepClone() };

    private static PartitionKey Partition(string tenantId, UniqueValue value) => new PartitionKeyBuilder().Add(tenantId).Add(value.Scope).Add(value.Id).Build();

    private static MemoryStream Body(Reservation reservation) => new(JsonSerializer.SerializeToUtf8Bytes(reservation, CrmJson.Options));
}
