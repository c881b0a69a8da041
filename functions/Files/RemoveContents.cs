using Crm.Entities.Changes;
using Crm.Entities.Storage;
using Crm.Platform.Blobs;
using Crm.Platform.ChangeFeed;

namespace Crm.Files;

/// <summary>
/// Takes the contents of deleted attachments out of storage, for good: a restored attachment knows its digest, and its content has to be sent again.
/// Where nothing was ever sent, nothing is asked of the storage, so that without files deletions do not pile up.
/// </summary>
public sealed class RemoveContents(RecordStore records, BlobStore blobs, FeedLag lag, TimeProvider time)
{
    public async Task RunAsync(IReadOnlyList<FeedChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;

        foreach (var deletion in changes.Where(HadContent))
            await RemoveAsync(deletion.Key, cancellation);
        lag.Done(nameof(RemoveContents), changes.Max(change => change.OccurredAt), time.GetUtcNow());
    }

    private static bool HadContent(FeedChange change) =>
        change is { Key.Collection: AttachmentContents.Collection, Change.Action: Change.Delete } && change.Change.Changes.Any(field => field.Path == "/contentId");

    private async Task RemoveAsync(RecordKey key, CancellationToken cancellation)
    {
        // Listed before the record is looked at: what is sent to a restored attachment is younger than its being restored, and so is not among these.
        var names = await blobs.ListAsync(AttachmentContents.Folder(key.TenantId, key.Id), cancellation);
        if (await records.ReadLatestAsync(key, cancellation) is { IsTombstone: false })
            return;

        foreach (var name in names)
            await blobs.DeleteAsync(name, cancellation);
    }
}
