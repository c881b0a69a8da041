using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Types;
using Crm.Platform.Json;

namespace Crm.Leads;

/// <summary>What the records a lead is converted into have from it, where the request does not say otherwise.</summary>
internal static class LeadDefaults
{
    /// <param name="alone">No contact is made: e-mail and phone, otherwise the person's, are the company's.</param>
    public static JsonObject Account(Lead lead, bool alone) => Owned(lead, new()
    {
        ["name"] = lead.CompanyName,
        ["industry"] = lead.Industry,
        ["website"] = lead.Website,
        ["email"] = alone ? lead.Email : null,
        ["phone"] = alone ? lead.Phone : null,
        ["rating"] = Node(lead.Rating),
        ["source"] = Node(lead.Source),
    });

    public static JsonObject Contact(Lead lead) => Owned(lead, new()
    {
        ["firstName"] = lead.FirstName,
        ["lastName"] = lead.LastName,
        ["jobTitle"] = lead.JobTitle,
        ["emails"] = lead.Email is null ? null : new JsonArray(new JsonObject { ["address"] = lead.Email, ["isPrimary"] = true }),
        ["phones"] = lead.Phone is null ? null : new JsonArray(new JsonObject { ["number"] = lead.Phone, ["isPrimary"] = true }),
        ["source"] = Node(lead.Source),
    });

    public static JsonObject Opportunity(Lead lead) => Owned(lead, new()
    {
        ["name"] = lead.CompanyName ?? lead.FullName,
        ["amount"] = lead.EstimatedValue,
        ["source"] = Node(lead.Source),
        ["campaignId"] = lead.CampaignId,
    });

    /// <summary>Whose the lead is, theirs are the records.</summary>
    private static JsonObject Owned(Lead lead, JsonObject fields)
    {
        fields["ownerId"] = lead.OwnerId;
        fields["teamIds"] = Node(lead.TeamIds);
        return fields;
    }

    private static JsonNode? Node<T>(T value) => JsonSerializer.SerializeToNode(value, CrmJson.Options);
}
