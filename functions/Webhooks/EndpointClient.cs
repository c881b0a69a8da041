using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Crm.Platform.Http;
using Microsoft.Extensions.Options;

namespace Crm.Webhooks;

/// <summary>What a receiver did with a message.</summary>
/// <param name="Status">What it answered; null where it did not.</param>
/// <param name="Error">Why it did not.</param>
/// <param name="RetryAfter">How long it asks to be left alone.</param>
public sealed record PostOutcome(int? Status, string? Error, TimeSpan? RetryAfter)
{
    public bool Succeeded => Status is >= 200 and < 300;

    public bool Gone => Status == (int)HttpStatusCode.Gone;
}

/// <summary>Posts to receivers: one answer, no redirects, no cookies, no proxy, and of the answer its status alone.</summary>
public sealed class EndpointClient(EndpointGuard guard, IOptions<WebhookSettings> settings, TimeProvider time) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = guard.ConnectAsync,
        MaxResponseHeadersLength = 16,
        MaxResponseDrainSize = 16 << 10,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <param name="id">The event's: the same in every attempt.</param>
    /// <param name="secrets">Each signs; the newest first.</param>
    public async Task<PostOutcome> PostAsync(Uri url, string id, ReadOnlyMemory<byte> body, IReadOnlyList<string> secrets, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.CloudEvent);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("crm-webhooks", "1"));
        request.Headers.Add(HeaderNames.WebhookId, id);
        request.Headers.Add(HeaderNames.WebhookTimestamp, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(HeaderNames.WebhookSignature, Signature.Of(secrets, id, now, body.Span));

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(settings.Value.Timeout);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return new PostOutcome((int)response.StatusCode, null, RetryAfter(response.Headers.RetryAfter, now));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new PostOutcome(null, $"no answer within {settings.Value.TimeoutSeconds} s", null);
        }
        catch (HttpRequestException failure)
        {
            return new PostOutcome(null, Describe(failure), null);
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>In words of ours: what a socket says could tell of the network behind it.</summary>
    private static string Describe(HttpRequestException failure) => failure switch
    {
        { InnerException: RefusedEndpointException refused } => refused.Message,
        { HttpRequestError: HttpRequestError.SecureConnectionError } => "no trusted TLS connection",
        { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } } => "the host is not known",
        { InnerException: SocketException } => "the connection was refused",
        _ => "the connection ended without an answer",
    };

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, DateTimeOffset now) => header?.Delta ?? (header?.Date is { } date && date > now ? date - now : null);
}
