using Crm.Local.Cosmos.Storage;
using Microsoft.Azure.Cosmos.Serialization.HybridRow;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.IO;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.Layouts;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.RecordIO;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.Schemas;

namespace Crm.Local.Cosmos.Wire;

/// <summary>One operation of a batch, as sent.</summary>
internal sealed class BatchOperation
{
    public int Type { get; set; }

    public string? PartitionKey { get; set; }

    public string? Id { get; set; }

    public byte[] Body { get; set; } = [];

    public string? IfMatch { get; set; }

    public string? IfNoneMatch { get; set; }

    public string? IndexingDirective { get; set; }

    public int? TimeToLive { get; set; }

    public bool Minimal { get; set; }
}

/// <summary>What became of one operation of a batch.</summary>
internal sealed record BatchResult(int Status, int SubStatus, string? ETag, byte[] Body, double Charge);

/// <summary>The row format of batches: HybridRow records in a RecordIO stream.</summary>
internal static class BatchCodec
{
    private const int OperationSchema = 2145473648;
    private const int ResultSchema = 2145473649;

    private static readonly Namespace Schemas = Namespace.Parse("""
        {"name":"Batch","version":"v1","schemas":[
        {"name":"BatchOperation","id":2145473648,"type":"schema","properties":[
        {"path":"operationType","type":{"type":"int32","storage":"fixed"}},
        {"path":"resourceType","type":{"type":"int32","storage":"fixed"}},
        {"path":"partitionKey","type":{"type":"utf8","storage":"variable"}},
        {"path":"effectivePartitionKey","type":{"type":"binary","storage":"variable"}},
        {"path":"id","type":{"type":"utf8","storage":"variable"}},
        {"path":"binaryId","type":{"type":"binary","storage":"variable"}},
        {"path":"resourceBody","type":{"type":"binary","storage":"variable"}},
        {"path":"indexingDirective","type":{"type":"utf8","storage":"sparse"}},
        {"path":"ifMatch","type":{"type":"utf8","storage":"sparse"}},
        {"path":"ifNoneMatch","type":{"type":"utf8","storage":"sparse"}},
        {"path":"timeToLiveInSeconds","type":{"type":"int32","storage":"sparse"}},
        {"path":"minimalReturnPreference","type":{"type":"bool","storage":"sparse"}}]},
        {"name":"BatchResult","id":2145473649,"type":"schema","properties":[
        {"path":"statusCode","type":{"type":"int32","storage":"fixed"}},
        {"path":"subStatusCode","type":{"type":"int32","storage":"fixed"}},
        {"path":"eTag","type":{"type":"utf8","storage":"variable"}},
        {"path":"resourceBody","type":{"type":"binary","storage":"variable"}},
        {"path":"retryAfterMilliseconds","type":{"type":"uint32","storage":"sparse"}},
        {"path":"requestCharge","type":{"type":"float64","storage":"sparse"}}]}]}
        """);

    private static readonly LayoutResolverNamespace Resolver = new(Schemas);
    private static readonly Layout ResultLayout = Resolver.Resolve(new SchemaId(ResultSchema));

    /// <exception cref="RequestException">The body is not a batch.</exception>
    public static async Task<List<BatchOperation>> ReadAsync(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty || body.Span[0] != (byte)HybridRowVersion.V1)
            throw new RequestException(400, 0, "The batch is neither in row format nor a JSON array.");
        var operations = new List<BatchOperation>();
        using var stream = new MemoryStream(body.ToArray());
        Result result;
        try
        {
            // Without a buffer of its own size the reader answers success and no records.
            result = await stream.ReadRecordIOAsync(
                (ReadOnlyMemory<byte> record) => ReadOperation(record, operations),
                resizer: new MemorySpanResizer<byte>(body.Length));
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            result = Result.InvalidRow;
        }

        return result == Result.Success ? operations : throw new RequestException(400, 0, $"The batch cannot be read ({result}).");
    }

    public static async Task<byte[]> WriteAsync(IReadOnlyList<BatchResult> results)
    {
        using var stream = new MemoryStream();
        var resizer = new MemorySpanResizer<byte>(4096);
        var outcome = await stream.WriteRecordIOAsync(default, (long index, out ReadOnlyMemory<byte> record) =>
        {
            record = default;
            return index < results.Count ? WriteResult(results[(int)index], resizer, out record) : Result.Success;
        });
        return outcome == Result.Success ? stream.ToArray() : throw new InvalidOperationException($"The batch answer cannot be written ({outcome}).");
    }

    private static Result ReadOperation(ReadOnlyMemory<byte> record, List<BatchOperation> operations)
    {
        var operation = new BatchOperation();
        var reader = new RowReader(record, HybridRowVersion.V1, Resolver);
        if (reader.Header.SchemaId.Id != OperationSchema)
            return Result.InvalidRow;
        var result = Result.Success;
        while (result == Result.Success && reader.Read())
            result = reader.HasValue ? ReadField(ref reader, operation) : Result.Success;
        operations.Add(operation);
        return result;
    }

    private static Result ReadField(ref RowReader reader, BatchOperation operation)
    {
        Result result;
        string text;
        switch (reader.Path.ToString())
        {
            case "operationType":
                result = reader.ReadInt32(out var type);
                operation.Type = type;
                return result;
            case "partitionKey":
                result = reader.ReadString(out text);
                operation.PartitionKey = text;
                return result;
            case "id":
                result = reader.ReadString(out text);
                operation.Id = text;
                return result;
            case "resourceBody":
                result = reader.ReadBinary(out byte[] body);
                operation.Body = body;
                return result;
            case "indexingDirective":
                result = reader.ReadString(out text);
                operation.IndexingDirective = text;
                return result;
            case "ifMatch":
                result = reader.ReadString(out text);
                operation.IfMatch = text;
                return result;
            case "ifNoneMatch":
                result = reader.ReadString(out text);
                operation.IfNoneMatch = text;
                return result;
            case "timeToLiveInSeconds":
                result = reader.ReadInt32(out var seconds);
                operation.TimeToLive = seconds;
                return result;
            case "minimalReturnPreference":
                result = reader.ReadBool(out var minimal);
                operation.Minimal = minimal;
                return result;
            default:
                return Result.Success;
        }
    }

    private static Result WriteResult(BatchResult item, MemorySpanResizer<byte> resizer, out ReadOnlyMemory<byte> record)
    {
        var row = new RowBuffer(resizer.Memory.Length, resizer);
        row.InitLayout(HybridRowVersion.V1, ResultLayout, Resolver);
        var result = RowWriter.WriteBuffer(ref row, item, WriteFields);
        record = resizer.Memory[..row.Length];
        return result;
    }

    private static Result WriteFields(ref RowWriter writer, TypeArgument type, BatchResult item)
    {
        var result = writer.WriteInt32("statusCode", item.Status);
        if (result == Result.Success)
            result = writer.WriteInt32("subStatusCode", item.SubStatus);
        if (result == Result.Success && item.ETag is not null)
            result = writer.WriteString("eTag", item.ETag);
        if (result == Result.Success && item.Body.Length > 0)
            result = writer.WriteBinary("resourceBody", item.Body);
        return result == Result.Success ? writer.WriteFloat64("requestCharge", item.Charge) : result;
    }
}
