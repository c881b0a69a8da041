using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Entities.Writing;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Mail;

namespace Crm.Campaigns;

/// <summary>One message, as it went out.</summary>
public sealed record TestMessage(string MessageId, string Subject);

/// <summary>
/// Sends the messages of a campaign to one address. All are rendered before the first is sent, so that an error in the last does not leave half a test.
/// It counts for nothing: it needs no consent, and leaves the campaign as it is. To a suppressed address nothing goes, for whatever reason.
/// </summary>
public sealed class SendTest(EntityCatalog catalog, EntityService entities, CampaignMessages messages, MergeValues merging, Suppressions suppressions, IMailTransport transport, CallContext call)
{
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
        if (await suppressions.HasAsync(address, cancellation))
            return Refused("#/to", "suppressed", "is an address that nothing is sent to");

        var campaign = (Campaign)catalog.Of<Campaign>().Deserialize(read.Value.Data);
        var contents = await messages.ReadAsync(campaign, cancellation);
        if (contents.Failed)
            return contents.Error;

        var values = await ValuesAsync(campaign, partyType, partyId, cancellation);
        if (values.Failed)
            return values.Error;

        var mails = await messages.RenderAsync(contents.Value, address, values.Value);
        return mails.Failed ? mails.Error : await SendAsync(campaign, mails.Value, cancellation);
    }

    private async Task<Result<JsonObject>> ValuesAsync(Campaign campaign, string? partyType, string? partyId, CancellationToken cancellation)
    {
        if (partyType is null && partyId is null)
            return MergeValues.Of(campaign);
        if (partyType is null || !MergeValues.Parties.ContainsKey(partyType))
            return Refused("#/partyType", "unknown-value", $"must be one of {string.Join(", ", MergeValues.Parties.Keys)}");

        var values = partyId is null || !References.IsId(partyId) ? null
            : await merging.OfAsync(campaign, call.Caller.TenantId, call.Caller.Permissions, new RecordLink { Type = partyType, Id = partyId }, cancellation);
        return values is null ? Refused("#/partyId", "unknown-reference", $"there is no such record in {partyType}") : values;
    }

    private async Task<Result<IReadOnlyList<TestMessage>>> SendAsync(Campaign campaign, IReadOnlyList<OutgoingMail> mails, CancellationToken cancellation)
    {
        var sent = new List<TestMessage>();
        foreach (var (message, mail) in campaign.Messages.Zip(mails))
        {
            var result = await transport.SendAsync(mail, cancellation);
            if (result.Outcome == MailOutcome.Refused)
                return Refused("#/to", "refused", $"the mail server does not take it: {result.Detail}");
            if (result.Outcome != MailOutcome.Sent)
                return new Busy($"{sent.Count} of {mails.Count} messages were sent. Of the next one the mail server says: {result.Detail}", RetryAfter);

            sent.Add(new TestMessage(message.Id, mail.Subject));
        }

        return sent;
    }

    private static Invalid Refused(string pointer, string code, string detail) => new([new FieldError(pointer, code, detail)]);
}
