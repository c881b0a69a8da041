using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Changes;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.ChangeFeed;
using Crm.Platform.Cosmos;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Files;

/// <summary>Contents of attachments: send them, fetch them, hand them on for a few minutes.</summary>
public sealed class FileFunctions(AttachmentContents contents, RemoveContents removal)
{
    /// <summary>What the paths of links begin with.</summary>
    internal const string LinkPath = "/files/";

    private const string Content = "api/v1/attachments/{id}/content";

    /// <summary>Sends the file of an attachment, as what the attachment says it is.</summary>
    [Function("FilesUpload"), Records(Right.Update, Collection = AttachmentContents.Collection)]
    [Operation("uploadAttachmentContent"), Writes(NeedsIfMatch = true), Takes(typeof(Stream), MediaTypes.Any), Answers(200, typeof(Attachment))]
    public async Task<IResult> Upload(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Content)] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions()
            .ThenAsync(options => contents.WriteAsync(id, request.ContentType, request.ContentLength, request.Body, options, cancellation)));

    /// <summary>Fetches the file of an attachment.</summary>
    [Function("FilesDownload"), Records(Right.Read, Collection = AttachmentContents.Collection)]
    [Operation("downloadAttachmentContent"), Answers(200, typeof(Stream)), Answers(304)]
    public async Task<IResult> Download(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Content)] HttpRequest request, string id, CancellationToken cancellation) =>
        ContentReplies.Content(await request.ReadHeaders()
            .ThenAsync(_ => contents.ReadAsync(id, cancellation)));

    /// <summary>Gives a link to the file of an attachment that needs no sign-in: for a person to follow, in a mail or a browser.</summary>
    [Function("FilesLink"), Records(Right.Read, Collection = AttachmentContents.Collection)]
    [Operation("linkAttachmentContent"), Answers(200, typeof(ContentLink))]
    public async Task<IResult> Link(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/attachments/{id}/link")] HttpRequest request, string id, CancellationToken cancellation) =>
        ContentReplies.Link(await request.ReadOptions()
            .ThenAsync(_ => contents.LinkAsync(id, request.Url(), cancellation)));

    /// <summary>Fetches the file that a link names.</summary>
    /// <param name="token">The last part of the link.</param>
    [Function("FilesFollow"), Public]
    [Operation("followFileLink"), Answers(200, typeof(Stream)), Answers(304), Fails(410)]
    public async Task<IResult> Follow(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "files/{token}")] HttpRequest request, string token, CancellationToken cancellation) =>
        ContentReplies.Content(await request.ReadHeaders()
            .ThenAsync(_ => contents.FollowAsync(token, cancellation)));

    [Function(nameof(RemoveContents))]
    [ExponentialBackoffRetry(Feed.ForEver, Feed.RetryFrom, Feed.RetryUpTo)]
    public Task Remove(
        [CosmosDBTrigger(Feed.Database, ContainerDeclarations.Records, Connection = Feed.Connection, LeaseContainerName = ContainerDeclarations.Leases,
            LeaseContainerPrefix = nameof(RemoveContents), FeedPollDelay = Feed.PollDelay, LeaseRenewInterval = Feed.LeaseRenew,
            LeaseAcquireInterval = Feed.LeaseAcquire, LeaseExpirationInterval = Feed.LeaseExpiration, StartFromBeginning = true)]
        IReadOnlyList<JsonElement> documents, CancellationToken cancellation) =>
        removal.RunAsync(FeedChanges.In(documents), cancellation);
}
