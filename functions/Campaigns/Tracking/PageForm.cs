using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Crm.Campaigns.Tracking;

/// <summary>
/// The one field that says that something is meant: the button of a page posts it, and nobody who only looks into a mail for dangerous links does. So nobody is taken
/// at a word that they did not say.
/// </summary>
internal sealed record PageForm(string Field, string Value)
{
    private const int MaxBytes = 16 * 1024;

    private static readonly FormOptions Limits = new()
    {
        ValueCountLimit = 16,
        KeyLengthLimit = 256,
        ValueLengthLimit = 256,
        BufferBodyLengthLimit = MaxBytes,
        MultipartBodyLengthLimit = MaxBytes,
        MultipartBoundaryLengthLimit = 128,
    };

    /// <summary>What a mail program posts where its user presses "unsubscribe" (RFC 8058, section 3.1): as a form, or in parts.</summary>
    public static PageForm Unsubscribe { get; } = new("List-Unsubscribe", "One-Click");

    public static PageForm Confirm { get; } = new("confirm", "yes");

    public async Task<bool> IsInAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!request.HasFormContentType || request.ContentLength > MaxBytes)
            return false;

        try
        {
            return (await request.ReadFormAsync(Limits, cancellation))[Field] == Value;
        }
        catch (Exception malformed) when (malformed is InvalidDataException or IOException)
        {
            return false;
        }
    }
}
