using Azure;
using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Crm.Files;

/// <summary>
/// The contents of attachments. Who may read or change an attachment, and may read what it is about, may read or change its content.
/// An upload goes to a place of its own, then the record names it: cut short in between, it leaves the record as it was, and a blob that nobody names.
/// </summary>
public sealed partial class AttachmentContents(
    EntityService entities, EntityCatalog catalog, RecordStore records, BlobStore blobs, ContentLinks links, CallContext call, IOptions<FileSettings> settings, TimeProvider time,
    ILogger<AttachmentContents> logger)
{
    internal const string Collection = "attachments";

    private static readonly NotFound NoContent = new("This attachment has no content. Send it with PUT to its /content.");

    /// <summary>What the names of all blobs of an attachment begin with.</summary>
    internal static string Folder(string tenantId, string id) => $"{tenantId}/{Collection}/{id}/";

    /// <summary>Takes a new content.</summary>
    /// <param name="contentType">What the request says it is: what the attachment says.</param>
    /// <param name="length">What the request says, in bytes, or null.</param>
    public async Task<Result<RecordReply>> WriteAsync(string id, string? contentType, long? length, Stream body, WriteOptions options, CancellationToken cancellation)
    {
        var found = await FindAsync(id, cancellation);
        if (found.Failed)
            return found.Error;
        if (options.IfMatch is null)
            return new PreconditionRequired();

        // Else found out only when everything has been sent.
        var attachment = found.Value;
        if (!options.IfMatch.Matches(attachment.Version))
            return new Stale(attachment.Etag, []);
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !type.MediaType.Equals(attachment.ContentType, StringComparison.OrdinalIgnoreCase))
            return new UnsupportedMediaType(attachment.ContentType);
        if (length > settings.Value.MaxBytes)
            return TooLarge();

        var contentId = Ids.New(time.GetUtcNow());
        var uploaded = await UploadAsync(attachment, contentId, body, cancellation);
        if (uploaded.Failed)
            return uploaded.Error;

        // The condition makes it repeatable; a key would have to stand for bytes that have gone by.
        string? replaced = null;
        var written = await entities.ActAsync<Attachment>(id, "upload", options with { Key = null }, Named, cancellation);
        var named = !written.Failed && Attachment(written.Value).ContentId == contentId;
        await DropAsync(id, named ? replaced : contentId, cancellation);
        return written.Failed || named ? written : new Stale(written.Value.ETag, []);

        // What was checked against one type is not kept under another.
        Attachment Named(Attachment present)
        {
            if (present.ContentType != attachment.ContentType)
                return present;

            replaced = present.ContentId;
            return present with { Size = uploaded.Value.Size, Sha256 = uploaded.Value.Sha256, ContentId = contentId, ScanState = ScanState.Pending };
        }
    }

    /// <summary>The content for a caller who may read the record.</summary>
    public async Task<Result<ContentReply>> ReadAsync(string id, CancellationToken cancellation)
    {
        var found = await FindAsync(id, cancellation);
        if (found.Failed)
            return found.Error;

        // Replaced between the two reads: then the record names another by now.
        return await OpenAsync(call.Caller.TenantId, found.Value, cancellation) is { Failed: false } opened
            ? opened
            : await FindAsync(id, cancellation).ThenAsync(again => OpenAsync(call.Caller.TenantId, again, cancellation));
    }

    /// <summary>A link to the present content, good for a few minutes and for whoever has it.</summary>
    public async Task<Result<ContentLink>> LinkAsync(string id, Uri origin, CancellationToken cancellation)
    {
        var found = await FindAsync(id, cancellation);
        if (found.Failed)
            return found.Error;
        if (found.Value.ContentId is not { } contentId)
            return NoContent;

        var (token, expires) = links.Write(call.Caller.TenantId, id, contentId);
        return new ContentLink(new Uri(origin, FileFunctions.LinkPath + token), expires);
    }

    /// <summary>The content a link names, as long as its record is there and has it.</summary>
    public async Task<Result<ContentReply>> FollowAsync(string token, CancellationToken cancellation)
    {
        var link = links.Read(token);
        if (link.Failed)
            return link.Error;

        var (tenantId, id, contentId, _) = link.Value;
        var stored = await records.ReadAsync(new RecordKey(tenantId, Collection, id), session: null, cancellation);
        return stored is { IsTombstone: false } && catalog.Of<Attachment>().Deserialize(stored.Data) is Attachment attachment && attachment.ContentId == contentId
            ? await OpenAsync(tenantId, attachment, cancellation)
            : new NotFound("The file is no longer there.");
    }

    /// <summary>The attachment, for a caller who may read it and what it is about.</summary>
    private async Task<Result<Attachment>> FindAsync(string id, CancellationToken cancellation)
    {
        var read = await entities.ReadAsync(Collection, id, session: null, cancellation);
        if (read.Failed)
            return read.Error;

        var attachment = Attachment(read.Value);
        var regarding = await entities.ReadAsync(attachment.Regarding.Type, attachment.Regarding.Id, session: null, cancellation);
        return regarding.Failed ? regarding.Error : attachment;
    }

    private async Task<Result<ContentReply>> OpenAsync(string tenantId, Attachment attachment, CancellationToken cancellation) =>
        attachment.ContentId is { } contentId && await blobs.ReadAsync(Name(tenantId, attachment.Id, contentId), cancellation) is { } content
            ? new ContentReply(attachment, content)
            : NoContent;

    private async Task<Result<(long Size, string Sha256)>> UploadAsync(Attachment attachment, string contentId, Stream body, CancellationToken cancellation)
    {
        try
        {
            var start = new byte[Signatures.Length];
            var known = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation);
            if (Signatures.Contradicts(attachment.ContentType, start.AsSpan(0, known)) is { } other)
                return new Invalid([new FieldError("#", "content-type-mismatch", $"the content is not {attachment.ContentType} but {other}")]);

            using var measured = new MeasuredStream(start.AsMemory(0, known), body, settings.Value.MaxBytes);
            await blobs.WriteAsync(Name(call.Caller.TenantId, attachment.Id, contentId), measured, cancellation);
            return (measured.Count, measured.Sha256());
        }
        catch (ContentTooLargeException)
        {
            return TooLarge();
        }
        catch (BadHttpRequestException broken)
        {
            return new BadRequest("invalid-body", $"The body could not be read: {broken.Message}");
        }
    }

    /// <summary>Deletes what no record names any more. What stays goes with the record.</summary>
    private async Task DropAsync(string id, string? contentId, CancellationToken cancellation)
    {
        if (contentId is null)
            return;

        try
        {
            await blobs.DeleteAsync(Name(call.Caller.TenantId, id, contentId), cancellation);
        }
        catch (Exception left) when (left is RequestFailedException || BlobStore.IsUnavailable(left))
        {
            Log.Left(logger, left, id, contentId);
        }
    }

    private TooLarge TooLarge() => new($"A content has at most {settings.Value.MaxMegabytes} MB.");

    private static Attachment Attachment(RecordReply reply) => (Attachment)reply.Type.Deserialize(reply.Data);

    private static string Name(string tenantId, string id, string contentId) => Folder(tenantId, id) + contentId;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Content {ContentId} of attachment {AttachmentId} is no longer named and could not be deleted")]
        public static partial void Left(ILogger logger, Exception exception, string attachmentId, string contentId);
    }
}
