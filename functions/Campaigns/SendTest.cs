using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Storage;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Mail;
using Crm.Platform.Templates;

namespace Crm.Campaigns;

/// <summary>One message, as it went out.</summary>
public sealed record TestMessage(string MessageId, string Subject);

/// <summary>
/// Sends the messages of a campaign to one address. All are rendered before the first is sent, so that an error in the last does not leave half a test.
/// It counts for nothing: it needs no consent, and leaves the campaign as it is. To a suppressed address nothing goes, for whatever reason.
/// </summary>
public sealed class SendTest(EntityCatalog catalog, EntityService entities, UniqueValues uniques, RecordStore records, IMailTransport transport, CallContext call)
{
    /// <summary>Whose fields can be merged in, with the name that templates know them by.</summary>
    private static readonly Dictionary<string, string> Parties = new() { ["accounts"] = "account", ["contacts"] = "contact", ["customers"] = "customer", ["leads"] = "lead" };

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <param name="partyType">With <paramref name="partyId"/>, the record whose fields are merged in; without, their places stay empty.</param>
    public async Task<Result<IReadOnlyList<TestMessage>>> RunAsync(string id, string to, string? partyType, string? partyId, CancellationToken cancellation)
    {
        var read = await entities.ReadAsync("campaigns", id, session: null, cancellation);
        if (read.Failed)
            return read.Error;
        if (!call.Caller.Permissions.Allows(Right.Update, "campaigns", read.Value.Data))
            return Forbidden.Lacking(Right.Update, "this record of campaigns");
        if (TextForms.Normalize(TextForm.Email, to) is not { } address)
            return Refused("#/to", "format", TextForms.Requirement(TextForm.Email));
        if (await IsSuppressedAsync(address, cancellation))
            return Refused("#/to", "suppressed", "is an address that nothing is sent to");

        var campaign = (Campaign)catalog.Of<Campaign>().Deserialize(read.Value.Data);
        if (campaign.Messages.Count == 0)
            return Refused("#/messages", "required", "the campaign has no message to send");

        var values = await ValuesAsync(campaign, partyType, partyId, cancellation);
        if (values.Failed)
            return values.Error;

        var mails = await RenderAsync(campaign, address, values.Value, cancellation);
        return mails.Failed ? mails.Error : await SendAsync(mails.Value, cancellation);
    }

    private async Task<Result<JsonObject>> ValuesAsync(Campaign campaign, string? partyType, string? partyId, CancellationToken cancellation)
    {
        var values = new JsonObject { ["campaign"] = new JsonObject { ["id"] = campaign.Id, ["name"] = campaign.Name } };
        if (partyType is null && partyId is null)
            return values;
        if (partyType is null || !Parties.TryGetValue(partyType, out var name))
            return Refused("#/partyType", "unknown-value", $"must be one of {string.Join(", ", Parties.Keys)}");

        // A mail must not show the sender what the API does not.
        var party = partyId is null ? new NotFound() : await entities.ReadAsync(partyType, partyId, session: null, cancellation);
        if (party.Failed)
            return Refused("#/partyId", "unknown-reference", $"there is no such record in {partyType}");

        var fields = JsonObject.Create(party.Value.Data)!;
        foreach (var hidden in party.Value.Hidden)
            fields.Remove(hidden);
        values[name] = fields;
        return values;
    }

    private async Task<Result<List<(string MessageId, OutgoingMail Mail)>>> RenderAsync(Campaign campaign, string to, JsonObject values, CancellationToken cancellation)
    {
        var errors = new List<FieldError>();
        var mails = new List<(string, OutgoingMail)>();
        for (var index = 0; index < campaign.Messages.Count; index++)
        {
            var message = campaign.Messages[index];
            var pointer = $"#/messages/{index}/templateId";
            var read = await entities.ReadAsync("email-templates", message.TemplateId, session: null, cancellation);
            if (read.Failed)
            {
                errors.Add(new FieldError(pointer, "unknown-reference", "there is no such record in email-templates"));
                continue;
            }

            var template = (EmailTemplate)catalog.Of<EmailTemplate>().Deserialize(read.Value.Data);
            mails.Add((message.Id, new OutgoingMail(to, await RenderAsync(template.Subject, html: false), await RenderAsync(template.BodyText ?? "", html: false))
            {
                Html = await RenderAsync(template.BodyHtml, html: true),
                FromName = message.FromName,
                FromAddress = message.FromAddress,
                ReplyTo = message.ReplyTo,
            }));

            async Task<string> RenderAsync(string text, bool html)
            {
                var liquid = LiquidTemplate.Read(text);
                var rendered = liquid.Error is null ? await liquid.RenderAsync(values, html) : new RenderedText("", liquid.Error);
                if (rendered.Error is not null)
                    errors.Add(new FieldError(pointer, "liquid", rendered.Error));
                return rendered.Text;
            }
        }

        return errors.Count == 0 ? mails : new Invalid(errors);
    }

    private async Task<Result<IReadOnlyList<TestMessage>>> SendAsync(List<(string MessageId, OutgoingMail Mail)> mails, CancellationToken cancellation)
    {
        var sent = new List<TestMessage>();
        foreach (var (messageId, mail) in mails)
        {
            var result = await transport.SendAsync(mail, cancellation);
            if (result.Outcome == MailOutcome.Refused)
                return Refused("#/to", "refused", $"the mail server does not take it: {result.Detail}");
            if (result.Outcome != MailOutcome.Sent)
                return new Busy($"{sent.Count} of {mails.Count} messages were sent. Of the next one the mail server says: {result.Detail}", RetryAfter);

            sent.Add(new TestMessage(messageId, mail.Subject));
        }

        return sent;
    }

    private async Task<bool> IsSuppressedAsync(string address, CancellationToken cancellation)
    {
        var (type, tenant, hash) = (catalog.Of<Suppression>(), call.Caller.TenantId, Suppression.HashOf(address));
        return await uniques.HolderAsync(tenant, type, "addressHash", hash, cancellation) is { } holder
            && await records.ReadLatestAsync(new RecordKey(tenant, type.Collection, holder), cancellation) is { IsTombstone: false };
    }

    private static Invalid Refused(string pointer, string code, string detail) => new([new FieldError(pointer, code, detail)]);
}
