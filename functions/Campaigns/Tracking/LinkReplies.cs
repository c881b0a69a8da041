using Crm.Platform;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Crm.Campaigns.Tracking;

/// <summary>What the calls of recipients have in common.</summary>
internal static class LinkReplies
{
    /// <summary>1 × 1, transparent.</summary>
    private static readonly byte[] Gif = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    public static IResult Pixel(HttpRequest request)
    {
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Bytes(Gif, MediaTypes.Gif);
    }

    /// <summary>302: from here alone, and not from a cache, so that it is seen.</summary>
    public static IResult Redirect(HttpRequest request, string target)
    {
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Redirect(target);
    }

    /// <summary>Not by a program that looks ahead.</summary>
    public static bool IsByReader(this HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && !Prefetches(request.Headers["Sec-Purpose"].ToString()) && !Prefetches(request.Headers["Purpose"].ToString());

    /// <summary>
    /// Counts a call by what its link is for: mail providers fetch pictures and unsubscribe for many people from few addresses. What is no link of ours is
    /// counted by its address.
    /// </summary>
    /// <param name="subject">The id that the link names; null where it is none.</param>
    public static TooMany? Take(this RateLimits limits, HttpRequest request, string? subject) => subject is null
        ? limits.TakeAddress(request.HttpContext)
        : limits.Take($"link {subject}", null, request.HttpContext.Response.Headers);

    public static string? RemoteAddress(this HttpRequest request) => request.HttpContext.Connection.RemoteIpAddress is { } address
        ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
        : null;

    private static bool Prefetches(string purpose) => purpose.Contains("prefetch", StringComparison.OrdinalIgnoreCase);
}
