using System.Text.Json;
using Crm.Campaigns.Tracking;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.History;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Crm.Platform.Messaging;
using Crm.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Campaigns.Consents;

/// <summary>Double opt-in: the mail that asks, and the page that it leads to. GET confirms nothing: programs that look into mails follow every link in them.</summary>
public sealed class ConsentFunctions(SystemCalls calls, ConfirmConsent confirm, ConfirmationLinks links, TenantDirectory tenants, RecordStore records, RateLimits limits)
{
    [Function(nameof(AskForConfirmation))]
    public async Task Ask([ServiceBusTrigger(Queues.Confirmations, Connection = Queues.Connection)] string message, CancellationToken cancellation)
    {
        var requested = JsonSerializer.Deserialize<EventMessage>(message, CrmJson.Options)!;
        await calls.RunAsync<AskForConfirmation, bool>(requested.TenantId, nameof(AskForConfirmation), requested.Id, traceParent: null, async ask =>
        {
            await ask.RunAsync(requested, cancellation);
            return true;
        });
    }

    /// <summary>Asks whether it is meant.</summary>
    [Function("ConsentsConfirmPage"), Public(CountsItself = true)]
    [Operation("readConfirmationPage"), Answers(200, typeof(string), MediaType = MediaTypes.Html), Answers(404, typeof(string), MediaType = MediaTypes.Html), Answers(410, typeof(string), MediaType = MediaTypes.Html), Fails(429)]
    public async Task<IResult> Page(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = ConfirmationLinks.Route)] HttpRequest request, string token, CancellationToken cancellation)
    {
        var link = links.Read(token);
        if (limits.Take(request, link?.ConsentId) is { } often)
            return Problems.From(often);

        return link is null ? RecipientPage.NoLink(Wording.Of(request)) : await PageAsync(request, link, await confirm.FindAsync(link, cancellation), cancellation);
    }

    /// <summary>By the button of that page.</summary>
    [Function("ConsentsConfirm"), Public(CountsItself = true)]
    [Operation("confirmConsent"), Takes(typeof(Stream), MediaTypes.Any), Answers(200, typeof(string), MediaType = MediaTypes.Html), Answers(404, typeof(string), MediaType = MediaTypes.Html), Answers(410, typeof(string), MediaType = MediaTypes.Html), Fails(429), Fails(503)]
    public async Task<IResult> Confirm(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = ConfirmationLinks.Route)] HttpRequest request, string token, CancellationToken cancellation)
    {
        var link = links.Read(token);
        if (limits.Take(request, link?.ConsentId) is { } often)
            return Problems.From(often);
        if (link is null)
            return RecipientPage.NoLink(Wording.Of(request));

        if (!await PageForm.Confirm.IsInAsync(request, cancellation))
            return await PageAsync(request, link, await confirm.FindAsync(link, cancellation), cancellation);

        var confirmed = await confirm.RunAsync(link, request.RemoteAddress(), cancellation);
        return confirmed.Failed ? Problems.From(confirmed.Error) : await PageAsync(request, link, confirmed.Value, cancellation);
    }

    private async Task<IResult> PageAsync(HttpRequest request, ConfirmationLink link, (ConfirmationState State, Consent Consent)? found, CancellationToken cancellation)
    {
        var words = Wording.Of(request);
        if (found is not var (state, consent) || await tenants.FindAsync(link.TenantId, records, cancellation) is not { } tenant)
            return RecipientPage.Expired(words);

        return state switch
        {
            ConfirmationState.Open => Page(words.Confirm, words.ConfirmQuestion, PageForm.Confirm),
            ConfirmationState.Confirmed => Page(words.Confirmed, words.ConfirmedDetail, form: null),
            _ => RecipientPage.Expired(words),
        };

        RecipientPage Page(string title, string detail, PageForm? form) =>
            new(words.Language, StatusCodes.Status200OK, title, Wording.Fill(detail, tenant.Name, consent.Purpose), form);
    }
}
