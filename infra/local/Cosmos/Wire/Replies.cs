using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary>The shapes of answers that several routes give.</summary>
internal static class Replies
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static WireResponse Json(int status, Action<Utf8JsonWriter> write) => new(status, ToJson(write));

    public static byte[] ToJson(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream(512);
        using (var writer = new Utf8JsonWriter(stream, WriterOptions))
            write(writer);
        return stream.ToArray();
    }

    public static WireResponse Error(int status, int subStatus, string message)
    {
        var response = Json(status, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("code", Code(status));
            writer.WriteString("message", message);
            writer.WriteEndObject();
        });
        return response.With(HeaderNames.SubStatus, subStatus.ToString(CultureInfo.InvariantCulture));
    }

    public static WireResponse Missing(string what) => Error(404, 0, $"Resource Not Found: {what}.");

    public static WireResponse Refused(Outcome outcome) => Error(outcome.Status, outcome.SubStatus, outcome.Message!);

    public static WireResponse WithCharge(this WireResponse response, double charge) =>
        response.With(HeaderNames.Charge, Math.Round(charge, 2).ToString(CultureInfo.InvariantCulture));

    /// <summary>The headers that say which container answered and how far its log has come.</summary>
    public static WireResponse From(this WireResponse response, Container container, long? lsn = null)
    {
        var position = (lsn ?? container.Log.Committed).ToString(CultureInfo.InvariantCulture);
        return response
            .With(HeaderNames.SessionToken, "0:-1#" + position)
            .With(HeaderNames.Lsn, position)
            .With(HeaderNames.PartitionRangeId, "0")
            .With("x-ms-alt-content-path", container.Address)
            .With("x-ms-content-path", container.Rid);
    }

    /// <summary>A feed: rows that are JSON already, in the envelope with the parent's resource id.</summary>
    public static byte[] Feed(string rid, string name, ReadOnlyMemory<byte> rows, int count)
    {
        // Rows are large: they are copied once.
        return [.. FeedHead(rid, name), .. rows.Span, .. FeedTail(count)];
    }

    /// <summary>What stands before the rows of a feed. Neither a resource id nor a name has anything to escape.</summary>
    public static byte[] FeedHead(string rid, string name) => Encoding.ASCII.GetBytes($"{{\"_rid\":\"{rid}\",\"{name}\":[");

    /// <summary>What stands after them.</summary>
    public static byte[] FeedTail(int count) => Encoding.ASCII.GetBytes($"],\"_count\":{count.ToString(CultureInfo.InvariantCulture)}}}");

    private static string Code(int status) => status switch
    {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        409 => "Conflict",
        412 => "PreconditionFailed",
        413 => "RequestEntityTooLarge",
        429 => "TooManyRequests",
        501 => "NotImplemented",
        503 => "ServiceUnavailable",
        _ => "InternalServerError",
    };
}
