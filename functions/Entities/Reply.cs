using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Crm.Platform;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;

namespace Crm.Entities;

/// <summary>Results as answers.</summary>
public static class Reply
{
    /// <summary>The record with its ETag: 201 with Location where it was created, 202 where what was asked for goes on, else 200.</summary>
    public static IResult Record(Result<RecordReply> result) => result.Failed ? Problems.From(result.Error) : new RecordResult(result.Value);

    /// <summary>The record, or 304 where the client has it already (RFC 9110, section 13.1.2).</summary>
    public static IResult Read(Result<RecordReply> result) => result.Failed ? Problems.From(result.Error) : new RecordResult(result.Value) { Conditional = true };

    /// <summary>204.</summary>
    public static IResult Deleted(Result<RecordReply> result) => result.Failed ? Problems.From(result.Error) : new RecordResult(result.Value) { Empty = true };

    private sealed class RecordResult(RecordReply reply) : IResult
    {
        public bool Conditional { get; init; }

        public bool Empty { get; init; }

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var (request, response) = (httpContext.Request, httpContext.Response);
            if (reply.Session is not null)
                response.Headers[HeaderNames.ConsistencyToken] = reply.Session;
            if (reply.Replayed)
                response.Headers[HeaderNames.IdempotentReplayed] = "true";
            if (Empty)
            {
                response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            response.Headers.ETag = reply.ETag;
            if (Conditional && !reply.IsExpanded && request.Headers.IfNoneMatch.Any(tags => tags is "*" || tags!.Contains(reply.ETag, StringComparison.Ordinal)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            response.StatusCode = reply.Status;
            if (reply.Status == StatusCodes.Status201Created)
                response.Headers.Location = $"{request.Scheme}://{request.Host}{Routes.RecordPath(reply.Type.Collection, reply.Id)}";

            var body = (reply.Hidden.Count == 0 || reply.IsExpanded) && reply.ShownOnce is null ? JsonMarshal.GetRawUtf8Value(reply.Data) : Rewritten(reply);
            response.ContentType = "application/json; charset=utf-8";
            response.ContentLength = body.Length;
            body.CopyTo(response.BodyWriter.GetSpan(body.Length));
            response.BodyWriter.Advance(body.Length);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }

        private static ReadOnlySpan<byte> Rewritten(RecordReply reply)
        {
            var buffer = new ArrayBufferWriter<byte>(1024);
            using var json = new Utf8JsonWriter(buffer, CrmJson.Writer);
            json.WriteStartObject();
            foreach (var member in reply.Data.EnumerateObject().Where(member => !reply.Hidden.Contains(member.Name)))
                member.WriteTo(json);
            if (reply.ShownOnce is var (name, value))
                json.WriteString(name, value);
            json.WriteEndObject();
            json.Flush();
            return buffer.WrittenSpan;
        }
    }
}
