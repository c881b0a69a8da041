using System.Globalization;
using System.Text.Json;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Orders.Stock;

/// <summary>Why stock moves.</summary>
public enum StockMovementKind
{
    Receipt,
    Adjustment,
    Reserve,
    Release,
    Ship,
    Return,
}

/// <summary>
/// One movement of a stock item: written once, in the batch that changes the item, and never changed. Its id is what it is for, so that it is made once.
/// </summary>
public sealed record StockMovement
{
    public required string Id { get; init; }

    public required string StockItemId { get; init; }

    public required StockMovementKind Kind { get; init; }

    /// <summary>Signed: what it adds to what is there or, of a reservation and its release, to what can be promised.</summary>
    public required decimal Quantity { get; init; }

    public string? OrderId { get; init; }

    public string? LineId { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset At { get; init; }

    public required Actor By { get; init; }

    /// <summary>Digest of the request that asked for it under an Idempotency-Key; not shown.</summary>
    internal string? Fingerprint { get; init; }

    /// <summary>The id of a movement for a line of an order. An attempt is one submission of the order, or one shipment of it.</summary>
    public static string IdOf(string orderId, string lineId, StockMovementKind kind, string attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{orderId}:{lineId}:{JsonNamingPolicy.CamelCase.ConvertName(kind.ToString())}:{attempt}");

    /// <summary>What the item has after the movement.</summary>
    internal StockItem Move(StockItem item) => Kind switch
    {
        StockMovementKind.Reserve or StockMovementKind.Release => item with { Reserved = item.Reserved - Quantity },
        StockMovementKind.Ship => item with { OnHand = item.OnHand + Quantity, Reserved = item.Reserved + Quantity },
        _ => item with { OnHand = item.OnHand + Quantity },
    };

    /// <summary>The movement's document, in the item's partition.</summary>
    /// <param name="version">Of the item, after the movement; 0 where the item did not move.</param>
    internal ReadOnlyMemory<byte> ToBytes(RecordKey item, int version) => JsonSerializer.SerializeToUtf8Bytes(
        new StoredMovement(Id, item.TenantId, item.Collection, item.Id, version == 0 ? StoredMovement.Void : StoredMovement.Moved, 1, version, this, Fingerprint), CrmJson.Options);
}

/// <summary>A movement as it is stored.</summary>
internal sealed record StoredMovement(
    string Id, string TenantId, string Entity, string RecordId, string Kind, int SchemaVersion, int Version, StockMovement Data, string? Fingerprint)
{
    /// <summary>The kind of a document that has moved its item.</summary>
    public const string Moved = "movement";

    /// <summary>The kind of one that only holds the id, so that the movement cannot be made any more.</summary>
    public const string Void = "void";

    public bool IsVoid => Kind == Void;
}
