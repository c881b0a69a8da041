using Crm.Campaigns.Sending;
using Crm.Entities.Storage;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Campaigns.Tracking;

/// <summary>
/// What recipients of mails call, by its links and without signing in. Parameters that a mail program adds are ignored. HEAD changes nothing, nor does what is
/// fetched in advance, and GET withdraws nothing: programs that look into mails follow every link in them.
/// </summary>
public sealed class TrackingFunctions(RecipientLinks links, Marks marks, Unsubscribe unsubscribe, TenantDirectory tenants, RecordStore records, RateLimits limits)
{
    /// <summary>A transparent pixel, whatever happens: nobody is shown a broken picture.</summary>
    [Function("TrackingOpen"), Public(CountsItself = true)]
    [Operation("openMail"), Answers(200, typeof(Stream), MediaType = MediaTypes.Gif)]
    public async Task<IResult> Open(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = RecipientLinks.OpenRoute)] HttpRequest request, string token, CancellationToken cancellation)
    {
        var recipient = links.ReadOpen(token);
        if (limits.Take(request, recipient?.Id) is null && recipient is { } reader && request.IsByReader())
            await marks.TryAsync(reader, RecipientMark.Opened, cancellation);

        return LinkReplies.Pixel(request);
    }

    /// <summary>On to where the link leads.</summary>
    [Function("TrackingClick"), Public(CountsItself = true)]
    [Operation("followMailLink"), Answers(302), Answers(404, typeof(string), MediaType = MediaTypes.Html), Fails(429)]
    public async Task<IResult> Click(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = RecipientLinks.ClickRoute)] HttpRequest request, string token, CancellationToken cancellation)
    {
        var link = links.ReadClick(token);
        if (limits.Take(request, link?.Recipient.Id) is { } often)
            return Problems.From(often);
        if (link is null)
            return RecipientPage.NoLink(Wording.Of(request));

        if (request.IsByReader())
            await marks.TryAsync(link.Recipient, RecipientMark.Clicked, cancellation);
        return LinkReplies.Redirect(request, link.Target);
    }

    /// <summary>Asks whether it is meant.</summary>
    [Function("TrackingUnsubscribePage"), Public(CountsItself = true)]
    [Operation("readUnsubscribePage"), Answers(200, typeof(string), MediaType = MediaTypes.Html), Answers(404, typeof(string), MediaType = MediaTypes.Html), Fails(429)]
    public async Task<IResult> UnsubscribePage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = RecipientLinks.UnsubscribeRoute)] HttpRequest request, string token, CancellationToken cancellation)
    {
        var (link, words) = (links.ReadUnsubscribe(token), Wording.Of(request));
        if (limits.Take(request, link?.Recipient.Id) is { } often)
            return Problems.From(often);

        return link is null || await tenants.FindAsync(link.Recipient.TenantId, records, cancellation) is not { } tenant
            ? RecipientPage.NoLink(words)
            : Question(StatusCodes.Status200OK, words, tenant, link);
    }

    /// <summary>By the button of that page, or by the mail program's own (RFC 8058).</summary>
    [Function("TrackingUnsubscribe"), Public(CountsItself = true)]
    [Operation("unsubscribe"), Takes(typeof(Stream), MediaTypes.Any), Answers(200, typeof(string), MediaType = MediaTypes.Html), Answers(400, typeof(string), MediaType = MediaTypes.Html), Answers(404, typeof(string), MediaType = MediaTypes.Html), Fails(429), Fails(503)]
    public async Task<IResult> UnsubscribeNow(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = RecipientLinks.UnsubscribeRoute)] HttpRequest request, string token, CancellationToken cancellation)
    {
        var (link, words) = (links.ReadUnsubscribe(token), Wording.Of(request));
        if (limits.Take(request, link?.Recipient.Id) is { } often)
            return Problems.From(often);
        if (link is null || await tenants.FindAsync(link.Recipient.TenantId, records, cancellation) is not { } tenant)
            return RecipientPage.NoLink(words);
        if (!await PageForm.Unsubscribe.IsInAsync(request, cancellation))
            return Question(StatusCodes.Status400BadRequest, words, tenant, link);

        return await unsubscribe.RunAsync(link, request.RemoteAddress(), cancellation) switch
        {
            null => new RecipientPage(words.Language, StatusCodes.Status200OK, words.Unsubscribed, Wording.Fill(words.UnsubscribedDetail, tenant.Name, link.Purpose)),
            NotFound => RecipientPage.NoLink(words),
            var error => Problems.From(error),
        };
    }

    private static RecipientPage Question(int status, Wording words, Tenant tenant, UnsubscribeLink link) =>
        new(words.Language, status, words.Unsubscribe, Wording.Fill(words.UnsubscribeQuestion, tenant.Name, link.Purpose), PageForm.Unsubscribe);
}
