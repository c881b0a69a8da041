using System.Globalization;
using Crm.Local.Cosmos.Query;
using Crm.Local.Cosmos.Storage;

namespace Crm.Local.Cosmos.Wire;

/// <summary>Batches: transactional ones (one key, all or nothing) and bulk requests (operations that only travel together).</summary>
internal sealed class BatchRoutes(StoreEngine engine)
{
    private const int MostOperations = 100;

    /// <summary>Failed dependency: another operation failed.</summary>
    private static readonly BatchResult NotDone = new(424, 0, null, [], 0);

    public async Task<WireResponse> RunAsync(WireRequest request, Container container)
    {
        if (request.Body.Length > ItemBody.LargestItem)
            throw new RequestException(413, 0, "Request size is too large: a batch is at most 2 MB.");
        var isJson = BatchJson.IsJson(request.Body.Span);
        var operations = isJson ? BatchJson.Read(request.Body) : await BatchCodec.ReadAsync(request.Body);
        if (operations.Count is 0 or > MostOperations)
            throw new RequestException(400, 0, $"A batch has 1 to {MostOperations} operations; this one has {operations.Count}.");
        var results = request.IsTrue(HeaderNames.BatchAtomic)
            ? await RunAtomicAsync(request, container, operations)
            : await RunEachAsync(container, operations, goOn: !request.IsFalse(HeaderNames.BatchContinueOnError));
        var status = results.TrueForAll(result => result.Status < 300 || result.Status == 304) ? 200 : 207;
        var response = isJson
            ? new WireResponse(status, BatchJson.Write(results))
            : new WireResponse(status, await BatchCodec.WriteAsync(results)) { ContentType = "application/octet-stream" };
        return response
            .With(HeaderNames.ItemCount, results.Count.ToString(CultureInfo.InvariantCulture))
            .WithCharge(results.Sum(result => result.Charge))
            .From(container);
    }

    private async Task<List<BatchResult>> RunAtomicAsync(WireRequest request, Container container, List<BatchOperation> operations)
    {
        var key = ItemRequest.Key(request, container);
        var prepared = new List<Func<WriteSession, Outcome>>(operations.Count);
        foreach (var operation in operations)
        {
            try
            {
                prepared.Add(Prepare(operation, key, container));
            }
            catch (RequestException exception)
            {
                // What the store lacks is a fault of the whole request; what is wrong with one operation is that operation's answer.
                if (exception.Status == 501)
                    throw;
                prepared.Add(_ => Failed(exception));
                break;
            }
        }

        var outcomes = await engine.WriteAsync(session => session.Atomically(
            () =>
            {
                var done = new List<Outcome>(operations.Count);
                foreach (var apply in prepared)
                {
                    done.Add(Guarded(session, apply));
                    if (!done[^1].Succeeded)
                        break;
                }

                return done;
            },
            done => done[^1].Succeeded));
        if (outcomes[^1].Succeeded)
            return [.. outcomes.Select((outcome, index) => Result(outcome, operations[index], container))];
        var failed = outcomes.Count - 1;
        return [.. operations.Select((operation, index) => index == failed
            ? Result(outcomes[failed], operation, container)
            : NotDone)];
    }

    /// <param name="goOn">Whether operations after one that failed are still done.</param>
    private async Task<List<BatchResult>> RunEachAsync(Container container, List<BatchOperation> operations, bool goOn)
    {
        if (goOn)
        {
            var outcomes = await Task.WhenAll(operations.Select(operation => RunOneAsync(container, operation)));
            return [.. outcomes.Select((outcome, index) => Result(outcome, operations[index], container))];
        }

        var results = new List<BatchResult>(operations.Count);
        var failed = false;
        foreach (var operation in operations)
        {
            var outcome = failed ? null : await RunOneAsync(container, operation);
            failed = outcome is not { Succeeded: true };
            results.Add(outcome is null ? NotDone : Result(outcome, operation, container));
        }

        return results;
    }

    private Task<Outcome> RunOneAsync(Container container, BatchOperation operation)
    {
        try
        {
            var key = ItemRequest.ReadKey(operation.PartitionKey ?? "[]", container);
            var apply = Prepare(operation, key, container);
            return engine.WriteAsync(session => Guarded(session, apply));
        }
        catch (RequestException exception)
        {
            return Task.FromResult(Failed(exception));
        }
    }

    /// <summary>Everything that can be done before the writer's turn.</summary>
    private static Func<WriteSession, Outcome> Prepare(BatchOperation operation, PartitionKey key, Container container)
    {
        if (operation.IndexingDirective is { } directive && !directive.Equals("Default", StringComparison.OrdinalIgnoreCase))
            throw RequestException.NotSupported("indexing directives");
        if (operation.TimeToLive is not null)
            throw RequestException.NotSupported("time to live beside the item");
        if (operation is { IfNoneMatch: not null, Type: not 2 })
            throw RequestException.NotSupported("If-None-Match on writes");
        var ifMatch = operation.IfMatch;
        switch (operation.Type)
        {
            case 0:
                var created = ItemRequest.Body(operation.Body, key, container);
                return session => ItemOperations.Create(session, container, created);
            case 20:
                var upserted = ItemRequest.Body(operation.Body, key, container);
                return session => ItemOperations.Upsert(session, container, upserted, ifMatch);
            case 5:
                var replaced = ItemRequest.Body(operation.Body, key, container);
                return replaced.Id == Id(operation)
                    ? session => ItemOperations.Replace(session, container, replaced, ifMatch)
                    : throw new RequestException(400, 0, "The id of the body differs from the id of the operation.");
            case 4:
                return session => ItemOperations.Delete(session, container, key, Id(operation), ifMatch);
            case 2:
                return session => ItemOperations.Read(session, container, key, Id(operation), operation.IfNoneMatch);
            case 1:
                var patch = PatchDocument.Parse(operation.Body, container);
                return session => ItemOperations.Patch(session, container, key, Id(operation), patch, ifMatch);
            default:
                throw RequestException.NotSupported($"batch operation type {operation.Type}");
        }
    }

    private static Outcome Guarded(WriteSession session, Func<WriteSession, Outcome> apply)
    {
        try
        {
            return apply(session);
        }
        catch (RequestException exception)
        {
            return Failed(exception);
        }
        catch (QueryException exception)
        {
            return new Outcome(400, Message: exception.Message);
        }
        catch (UnsupportedQueryException exception)
        {
            return new Outcome(501, Message: exception.Message);
        }
    }

    private static string Id(BatchOperation operation) =>
        operation.Id ?? throw new RequestException(400, 0, "The operation needs an id.");

    private static Outcome Failed(RequestException exception) =>
        new(exception.Status, SubStatus: exception.SubStatus, Message: exception.Message);

    private static BatchResult Result(Outcome outcome, BatchOperation operation, Container container)
    {
        var charge = ItemRequest.Charge(outcome);
        if (!outcome.Succeeded || outcome.Status == 204)
            return new BatchResult(outcome.Status, outcome.SubStatus, null, [], charge);
        var item = outcome.Item!.Value;
        var body = outcome.Status == 304 || (operation.Minimal && outcome.Written) ? [] : item.ToJson(container);
        return new BatchResult(outcome.Status, outcome.SubStatus, item.ETag, body, charge);
    }
}
