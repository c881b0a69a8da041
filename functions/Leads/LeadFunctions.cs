using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Crm.Leads;

/// <summary>What is done with leads beyond changing their fields.</summary>
public sealed class LeadFunctions(ConvertLead convert)
{
    /// <summary>Makes a lead an account, a contact and an opportunity, or links it to those there are.</summary>
    [Function("LeadsConvert"), Records(Right.Update, Collection = "leads")]
    [Operation("convertLead"), Writes, Takes(typeof(ConversionBody)), Answers(200, typeof(Lead))]
    public async Task<IResult> Convert(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/leads/{id}/convert")] HttpRequest request, string id, CancellationToken cancellation) =>
        Reply.Record(await request.ReadWriteAsync(cancellation, MediaTypes.Json)
            .ThenAsync(write => convert.RunAsync(id, write.Body, write.Options, cancellation)));
}
