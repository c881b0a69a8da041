using Crm.Entities.Schema;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Campaigns;

/// <summary>What is done with campaigns beyond changing their fields.</summary>
public sealed class CampaignFunctions(SendTest test)
{
    /// <summary>Where a test goes, and whose fields are merged in.</summary>
    internal sealed record TestBody
    {
        [Form(TextForm.Email)] public required string To { get; init; }

        /// <summary>With <see cref="PartyId"/>, the record whose fields are merged in; without, their places stay empty.</summary>
        public string? PartyType { get; init; }

        public string? PartyId { get; init; }
    }

    /// <summary>The messages that were sent.</summary>
    internal sealed record TestReply(IReadOnlyList<TestMessage> Messages);

    /// <summary>Sends the campaign's messages to one address, for somebody to look at.</summary>
    [Function("CampaignsTest"), Records(Right.Update, Collection = "campaigns")]
    [Operation("testCampaign"), Takes(typeof(TestBody), MediaTypes.Json, MediaTypes.Form), Answers(200, typeof(TestReply))]
    public async Task<IResult> Test(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/campaigns/{id}/test")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var sent = await request.ReadTextsAsync<TestBody>(cancellation)
            .ThenAsync(fields => test.RunAsync(id, fields["to"]!, fields["partyType"], fields["partyId"], cancellation));
        return sent.Failed ? Problems.From(sent.Error) : Results.Json(new TestReply(sent.Value), CrmJson.Options);
    }
}
