using System.Buffers;
using System.Globalization;
using Crm.Local.Cosmos.Query;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary>The read feed (all items of a scope, page by page) and the change feed (each item at its latest version, in commit order).</summary>
internal sealed class FeedRoutes(StoreEngine engine)
{
    private const int DefaultItems = 1000;
    private const int DefaultChanges = 100;

    /// <summary>The service's limit for one answer.</summary>
    private const int LargestPage = 4 * 1024 * 1024;

    public WireResponse Items(WireRequest request, Container container)
    {
        var range = RequestScope.Read(request, container) ?? EpkRange.All;
        var limit = RequestScope.MaxItems(request, DefaultItems);
        var after = request.Header(HeaderNames.Continuation) is { } token ? ParsePosition(token) : (PartitionPosition?)null;
        var rows = new Rows(container);
        PartitionPosition? last = null;
        var more = false;
        using var session = engine.Read(container);
        foreach (var item in new ItemReader(session).ByPartition(range, after))
        {
            if (rows.Count == limit || rows.Bytes > LargestPage)
            {
                more = true;
                break;
            }

            rows.Next().Write(item.Json.Span);
            last = new PartitionPosition(item.Epk, item.Rid);
        }

        var response = Page(200, container, rows, session.Lsn).WithCharge(RequestCharge.Query(rows.Count, 0, rows.Bytes));
        return more ? response.With(HeaderNames.Continuation, $"{last!.Value.Epk}:{last.Value.Rid:x}") : response;
    }

    public WireResponse Changes(WireRequest request, Container container)
    {
        if (!string.Equals(request.Header(HeaderNames.IncrementalMode), "Incremental Feed", StringComparison.OrdinalIgnoreCase))
            return Replies.Error(400, 0, "The local store has the latest-version change feed only, not all versions and deletes.");
        var range = RequestScope.Read(request, container) ?? EpkRange.All;
        var limit = RequestScope.MaxItems(request, DefaultChanges);
        using var session = engine.Read(container);
        var log = new ChangeLog(session);
        var last = StartOf(request, log);
        var rows = new Rows(container);
        var full = false;
        foreach (var change in log.After(last, range))
        {
            full = rows.Count == limit || rows.Bytes > LargestPage;
            if (full)
                break;
            change.WriteJson(rows.Next());
            last = change.Lsn;
        }

        // A page that took all there was moves on to where the log stood, over what is not in scope.
        var position = full ? last : Math.Max(last, session.Lsn);
        return Page(rows.Count == 0 ? 304 : 200, container, rows, session.Lsn)
            .With(HeaderNames.ETag, $"\"{position.ToString(CultureInfo.InvariantCulture)}\"")
            .WithCharge(RequestCharge.Query(rows.Count, 0, rows.Bytes));
    }

    private static long StartOf(WireRequest request, ChangeLog log)
    {
        if (request.Header(HeaderNames.IfNoneMatch) is { } tag)
        {
            if (tag == "*")
                return log.End;
            return long.TryParse(tag.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var lsn)
                ? lsn
                : throw new RequestException(400, 0, "The change feed cannot continue from this If-None-Match.");
        }

        if (request.Header(HeaderNames.IfModifiedSince) is not { } since)
            return 0;
        return DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? log.Before(time.ToUnixTimeSeconds())
            : throw new RequestException(400, 0, "If-Modified-Since is not a date.");
    }

    private static WireResponse Page(int status, Container container, Rows rows, long lsn)
    {
        return new WireResponse(status, status == 304 ? default : rows.Body())
            .With(HeaderNames.ItemCount, rows.Count.ToString(CultureInfo.InvariantCulture))
            .From(container, lsn);
    }

    private static PartitionPosition ParsePosition(string token)
    {
        var colon = token.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && colon % 2 == 0 && RequestScope.IsHex(token.AsSpan(0, colon))
            && long.TryParse(token.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var rid))
            return new PartitionPosition(token[..colon], rid);
        throw new RequestException(400, 0, "The continuation is invalid.");
    }

    /// <summary>The answer as it grows, so that a large page is not copied again at its end.</summary>
    private sealed class Rows(Container container)
    {
        // A hundred items of the usual size; a page without any takes nothing.
        private const int Usual = 128 * 1024;

        private ArrayBufferWriter<byte>? _buffer;

        public int Count { get; private set; }

        public int Bytes => _buffer?.WrittenCount ?? 0;

        private ArrayBufferWriter<byte> Begun
        {
            get
            {
                if (_buffer is null)
                {
                    _buffer = new ArrayBufferWriter<byte>(Usual);
                    _buffer.Write(Replies.FeedHead(container.Rid, "Documents"));
                }

                return _buffer;
            }
        }

        /// <summary>Where to write the next row.</summary>
        public ArrayBufferWriter<byte> Next()
        {
            if (Count++ > 0)
                Begun.Write(","u8);
            return Begun;
        }

        public ReadOnlyMemory<byte> Body()
        {
            Begun.Write(Replies.FeedTail(Count));
            return Begun.WrittenMemory;
        }
    }
}
