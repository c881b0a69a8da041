using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Sales;

/// <summary>What is done with opportunities beyond changing their fields.</summary>
public sealed class OpportunityFunctions(EntityService entities)
{
    /// <summary>Opens a won or lost opportunity again, where it last stood before it closed.</summary>
    [Function("OpportunitiesReopen"), Records(Right.Update, Collection = "opportunities")]
    [Operation("reopenOpportunity"), Writes, Answers(200, typeof(Opportunity))]
    public async Task<IResult> Reopen(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/opportunities/{id}/reopen")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions()
            .ThenAsync(options => entities.ActAsync<Opportunity>(id, Opportunity.Reopen, options, Reopened, cancellation)));

    /// <summary>Already open: its present state is the answer.</summary>
    private static Opportunity Reopened(Opportunity opportunity) => opportunity.StageType == StageType.Open
        ? opportunity
        : opportunity with { StageId = null, Probability = null, ForecastCategory = null, LostReason = null, LostNotes = null };
}
