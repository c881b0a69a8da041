using Crm.Local.Cosmos.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Crm.Local.Cosmos.Wire;

/// <summary>Answers requests of the Cosmos REST protocol. It knows nothing of what carries them.</summary>
internal sealed class RequestProcessor(StoreEngine engine, string accountKey)
{
    private readonly MasterKeySignature _signature = new(accountKey);
    private readonly ContainerRoutes _containers = new(engine);
    private readonly DatabaseRoutes _databases = new(engine);
    private readonly ItemRoutes _items = new(engine);
    private readonly CollectionRoutes _collection = new(engine);

    public Throttle Throttle { get; } = new();

    public async ValueTask<WireResponse> ProcessAsync(WireRequest request)
    {
        WireResponse response;
        try
        {
            var segments = Split(request.RawPath);
            response = _signature.IsValid(request, segments)
                ? await RouteAsync(request, segments)
                : Replies.Error(401, 0, "The input authorization token can't serve the request. The signature does not match the account key.");
        }
        catch (RequestException exception)
        {
            response = Replies.Error(exception.Status, exception.SubStatus, exception.Message);
        }
        catch (SqliteException exception)
        {
            response = StorageFailure(exception);
        }
        catch (ObjectDisposedException)
        {
            response = Replies.Error(503, 0, "The local store is closed.");
        }

        return response
            .With(HeaderNames.ActivityId, request.Header(HeaderNames.ActivityId) ?? Guid.NewGuid().ToString())
            .With("x-ms-version", "2018-12-31")
            .With("x-ms-serviceversion", "version=local");
    }

    private ValueTask<WireResponse> RouteAsync(WireRequest request, string[] path)
    {
        switch (path)
        {
            case []:
                return new(request.Method == "GET" ? AccountDocument.For(request.Endpoint) : NotAllowed());
            case ["dbs"]:
                return _databases.FeedAsync(request);
            case ["offers", .. var rest]:
                return new(OfferRoutes.Answer(engine.Catalog, request, rest));
            case ["dbs", var name, .. var rest]:
                return engine.Catalog.FindDatabase(name) is { } database
                    ? RouteAsync(request, database, rest)
                    : new(rest.Length > 2 ? Outcome404Owner() : Replies.Missing($"database '{name}'"));
            default:
                return new(Unknown(path));
        }
    }

    private ValueTask<WireResponse> RouteAsync(WireRequest request, Database database, string[] path)
    {
        switch (path)
        {
            case []:
                return _databases.OneAsync(request, database);
            case ["colls"]:
                return _containers.FeedAsync(request, database);
            case ["colls", var name, .. var rest]:
                return engine.Catalog.FindContainer(database, name) is { } container
                    ? RouteAsync(request, container, rest)
                    : new(rest.Length > 0 ? Outcome404Owner() : Replies.Missing($"container '{name}'"));
            default:
                return new(Unknown(path));
        }
    }

    private ValueTask<WireResponse> RouteAsync(WireRequest request, Container container, string[] path) => path switch
    {
        ["docs", ..] when Throttle.Refuse() is { } refusal => new(refusal.From(container)),
        [] => _containers.OneAsync(request, container),
        ["docs", var id] => _items.AnswerAsync(request, container, id),
        ["docs"] => _collection.AnswerAsync(request, container),
        ["pkranges"] => new(PartitionRanges.Answer(request, container)),
        _ => new(Unknown(path)),
    };

    private static WireResponse NotAllowed() => Replies.Error(405, 0, "The method is not allowed for this resource.");

    private static WireResponse Outcome404Owner() => Replies.Refused(Outcome.NoContainer);

    private static WireResponse Unknown(string[] path) =>
        Replies.Error(501, 0, $"Not supported by the local store: the resource '{path.FirstOrDefault()}'.");

    private static WireResponse StorageFailure(SqliteException exception) => exception.SqliteErrorCode switch
    {
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
            Replies.Error(500, 0, "The local store's file is damaged; restore it from a copy."),
        raw.SQLITE_FULL => Replies.Error(503, 0, "The local store's disk is full. Nothing of this request was written."),
        raw.SQLITE_READONLY => Replies.Error(503, 0, "The local store's file is read-only. Nothing of this request was written."),
        _ => Replies.Error(503, 0, $"The local store cannot reach its file: {exception.Message}"),
    };

    // Decoded once, after splitting: an encoded slash belongs to a name.
    private static string[] Split(string rawPath)
    {
        var segments = rawPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var index = 0; index < segments.Length; index++)
        {
            if (segments[index].Contains('%', StringComparison.Ordinal))
                segments[index] = Uri.UnescapeDataString(segments[index]);
        }

        return segments;
    }
}
