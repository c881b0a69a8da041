using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Crm.Platform.Http;

/// <summary>
/// Token buckets: one for each caller's bursts, one for each tenant's day. Every answer says what is left (draft-ietf-httpapi-ratelimit-headers).
/// </summary>
public sealed class RateLimits : IDisposable
{
    private readonly Bucket[] _buckets;

    public RateLimits(IOptions<RequestLimits> options)
    {
        var limits = options.Value;
        _buckets =
        [
            .. limits.BurstRequests == 0 ? Array.Empty<Bucket>() : [new Bucket("burst", limits.BurstRequests, limits.BurstSeconds, PerTenant: false)],
            .. limits.DailyRequests == 0 ? Array.Empty<Bucket>() : [new Bucket("daily", limits.DailyRequests, 86_400, PerTenant: true)],
        ];
    }

    /// <summary>Takes a request out of each bucket, and tells the client what is left.</summary>
    /// <param name="caller">Who is counted: a caller, or an address where nobody is known.</param>
    /// <param name="tenant">Null where no tenant is known.</param>
    public TooMany? Take(string caller, string? tenant, IHeaderDictionary headers)
    {
        if (_buckets.Length == 0)
            return null;

        headers["RateLimit-Policy"] = string.Join(", ", _buckets.Select(bucket => bucket.Policy));
        var left = double.MaxValue;
        foreach (var bucket in _buckets)
        {
            if ((bucket.PerTenant ? tenant : caller) is not { } counted)
                continue;

            var (refusal, remaining) = bucket.Take(counted);
            if (refusal is not null)
            {
                headers["RateLimit"] = bucket.State(0);
                return refusal;
            }

            if ((double)remaining / bucket.Requests < left)
            {
                left = (double)remaining / bucket.Requests;
                headers["RateLimit"] = bucket.State(remaining);
            }
        }

        return null;
    }

    /// <summary>Who is not known is counted by where they come from.</summary>
    public TooMany? TakeAddress(HttpContext http) => Take($"address {http.Connection.RemoteIpAddress}", null, http.Response.Headers);

    public void Dispose()
    {
        foreach (var bucket in _buckets)
            bucket.Dispose();
    }

    private sealed record Bucket(string Name, int Requests, int Seconds, bool PerTenant) : IDisposable
    {
        private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Requests,
            TokensPerPeriod = Math.Max(1, Requests / Seconds),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, (double)Seconds / Requests)),
            QueueLimit = 0,
        }));

        public string Policy { get; } = string.Create(CultureInfo.InvariantCulture, $"\"{Name}\";q={Requests};w={Seconds}");

        public (TooMany? Refusal, long Remaining) Take(string key)
        {
            using var lease = _limiter.AttemptAcquire(key);
            if (lease.IsAcquired)
                return (null, _limiter.GetStatistics(key)?.CurrentAvailablePermits ?? 0);

            var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > TimeSpan.Zero ? after : TimeSpan.FromSeconds(1);
            return (new TooMany("rate-limited", $"The limit '{Name}' of {Requests} requests in {Seconds} seconds is reached. Wait, then go on more slowly.", wait), 0);
        }

        /// <summary>What is left, and in how many seconds it will be all again.</summary>
        public string State(long remaining) =>
            string.Create(CultureInfo.InvariantCulture, $"\"{Name}\";r={remaining};t={(long)Math.Ceiling((double)(Requests - remaining) * Seconds / Requests)}");

        public void Dispose() => _limiter.Dispose();
    }
}
