using System.Collections.Concurrent;
using System.Net;

namespace Crm.Benchmarks.Store;

/// <summary>An answer of the store as it went over the wire.</summary>
internal sealed record CannedAnswer(HttpStatusCode Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body, string? ContentType);

/// <summary>The store's answers, one for each kind of request: what a client gets that asks a store which takes no time.</summary>
internal sealed class CannedAnswers
{
    private static readonly string[] Kinds = ["If-None-Match", "x-ms-cosmos-is-query-plan-request", "x-ms-documentdb-isquery", "x-ms-cosmos-is-batch-request"];

    private readonly ConcurrentDictionary<string, CannedAnswer> _answers = new(StringComparer.Ordinal);

    public CannedAnswer? Find(string method, string path, Func<string, bool> has) => _answers.GetValueOrDefault(Kind(method, path, has));

    public void Keep(string method, string path, Func<string, bool> has, CannedAnswer answer) => _answers[Kind(method, path, has)] = answer;

    /// <summary>Items are alike, whatever their ids.</summary>
    private static string Kind(string method, string path, Func<string, bool> has)
    {
        var items = path.IndexOf("/docs", StringComparison.Ordinal);
        var kind = items < 0 ? path : path.Length > items + "/docs/".Length ? "item" : "items";
        return $"{method} {kind} {string.Concat(Kinds.Select(header => has(header) ? '1' : '0'))}";
    }

    /// <summary>Passes requests on and keeps what is answered.</summary>
    public sealed class Recorder(HttpMessageHandler store, CannedAnswers answers) : DelegatingHandler(store)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var headers = response.Headers.NonValidated.Select(header => (header.Key, header.Value.ToString())).ToList();
            answers.Keep(request.Method.Method, request.RequestUri!.AbsolutePath, request.Headers.Contains, new CannedAnswer(
                response.StatusCode, headers, body, response.Content.Headers.ContentType?.MediaType));
            return response;
        }
    }

    /// <summary>Answers at once with what was kept.</summary>
    public sealed class Player(CannedAnswers answers) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (answers.Find(request.Method.Method, request.RequestUri!.AbsolutePath, request.Headers.Contains) is not { } answer)
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request, Content = new ByteArrayContent([]) });
            var response = new HttpResponseMessage(answer.Status) { RequestMessage = request, Content = new ReadOnlyMemoryContent(answer.Body) };
            if (answer.ContentType is not null) response.Content.Headers.ContentType = new(answer.ContentType);
            foreach (var (name, value) in answer.Headers) response.Headers.TryAddWithoutValidation(name, value);
            return Task.FromResult(response);
        }
    }
}
