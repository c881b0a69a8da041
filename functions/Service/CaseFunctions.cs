using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Service;

/// <summary>What is done with cases beyond changing their fields.</summary>
public sealed class CaseFunctions(EntityService entities)
{
    /// <summary>Opens a resolved or closed case again.</summary>
    [Function("CasesReopen"), Records(Right.Update, Collection = "cases")]
    [Operation("reopenCase"), Writes, Answers(200, typeof(Case))]
    public async Task<IResult> Reopen(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/cases/{id}/reopen")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadOptions()
            .ThenAsync(options => entities.ActAsync<Case>(id, "reopen", options, Reopened, cancellation)));

    /// <summary>Being worked on already: its present state is the answer.</summary>
    private static Case Reopened(Case present) =>
        present.Status is CaseStatus.New or CaseStatus.Open or CaseStatus.WaitingCustomer or CaseStatus.OnHold ? present : present with { Status = CaseStatus.Open };
}
