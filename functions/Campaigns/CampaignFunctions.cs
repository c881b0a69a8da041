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
    /// <summary>Sends the campaign's messages to one address, for somebody to look at.</summary>
    [Function("CampaignsTest"), Records(Right.Update, Collection = "campaigns")]
    public async Task<IResult> Test(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/campaigns/{id}/test")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var sent = await request.ReadTextsAsync(["to", "partyType", "partyId"], cancellation)
            .ThenAsync(fields => Task.FromResult(fields.Requiring("to")))
            .ThenAsync(fields => test.RunAsync(id, fields["to"]!, fields["partyType"], fields["partyId"], cancellation));
        return sent.Failed ? Problems.From(sent.Error) : Results.Json(new { messages = sent.Value }, CrmJson.Options);
    }
}
