using Crm.Entities;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Crm.Platform.Paging;
using Microsoft.AspNetCore.Http;

namespace Crm.Campaigns.Sending;

/// <summary>A recipient, as the API shows it. Whose it is, and at which address, is shown to those who may read that there.</summary>
public sealed record RecipientView(
    string Id, string MessageId, RecordLink? PartyRef, string? Address, RecipientStatus Status, SkipReason? SkipReason, int Attempts, DateTimeOffset? DueAt, DateTimeOffset? SentAt,
    DateTimeOffset? DeliveredAt, DateTimeOffset? OpenedAt, DateTimeOffset? ClickedAt, DateTimeOffset? BouncedAt, DateTimeOffset? UnsubscribedAt, DateTimeOffset? ComplainedAt, string? Detail);

/// <summary>One page of recipients, in no order that means anything.</summary>
/// <param name="NextLink">Where the next page is; null after the last.</param>
public sealed record RecipientPage(IReadOnlyList<RecipientView> Value, string? NextLink) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (NextLink is not null)
            httpContext.Response.Headers.Link = NextLinks.Header(NextLink);
        return httpContext.Response.WriteAsJsonAsync(new { Value, NextLink }, CrmJson.Options, httpContext.RequestAborted);
    }
}

/// <summary>Lists the recipients of a campaign.</summary>
public sealed class RecipientLists(EntityCatalog catalog, EntityService entities, RecordStore records, Recipients recipients, Cursors cursors, CallContext call)
{
    public async Task<Result<RecipientPage>> ListAsync(string campaignId, HttpRequest request, CancellationToken cancellation)
    {
        var query = new QueryParameters(request, "status", "maxpagesize", "cursor");
        var (status, size, cursor) = (query.OneOf<RecipientStatus>("status"), query.PageSize(), query.Text("cursor"));
        if (query.Error is { } error)
            return error;
        var found = await entities.ReadAsync(catalog.Of<Campaign>().Collection, campaignId, session: null, cancellation);
        if (found.Failed)
            return found.Error;

        string?[] list = ["recipients", campaignId, status?.ToString()];
        var from = cursor is null ? new Cursor("", null) : cursors.Read(cursor, call.Caller, list);
        if (from.Failed)
            return from.Error;

        var rows = await recipients.PageAsync(call.Caller.TenantId, campaignId, status, from.Value.Continuation, size + 1, cancellation);
        var next = rows.Count <= size ? null : cursors.Write(new Cursor(rows[size - 1].Id, null), call.Caller, list);
        return new RecipientPage(await ViewsAsync([.. rows.Take(size)], cancellation), next is null ? null : NextLinks.From(request.Url(), request.Query, next));
    }

    private async Task<IReadOnlyList<RecipientView>> ViewsAsync(IReadOnlyList<Recipient> page, CancellationToken cancellation)
    {
        var permissions = call.Caller.Permissions;
        var unsure = page.Select(recipient => new RecordRef(recipient.PartyRef.Type, recipient.PartyRef.Id))
            .Where(party => permissions.Scope(Right.Read, party.Collection) is not (GrantScope.All or GrantScope.None)).ToHashSet();
        var found = await records.ReadManyAsync(call.Caller.TenantId, unsure, cancellation);
        return [.. page.Select(View)];

        RecipientView View(Recipient recipient)
        {
            var party = recipient.PartyRef;
            var shown = permissions.Scope(Right.Read, party.Type) == GrantScope.All
                || (found.TryGetValue(new RecordRef(party.Type, party.Id), out var record) && permissions.Allows(Right.Read, party.Type, record));
            var addressed = shown && !permissions.Hidden(party.Type).Overlaps(["email", "emails"]);
            return new RecipientView(
                recipient.Id, recipient.MessageId, shown ? party : null, addressed ? recipient.Address : null, recipient.Status, recipient.SkipReason, recipient.Attempts, recipient.DueAt,
                recipient.SentAt, recipient.DeliveredAt, recipient.OpenedAt, recipient.ClickedAt, recipient.BouncedAt, recipient.UnsubscribedAt, recipient.ComplainedAt, addressed ? recipient.Detail : null);
        }
    }
}
