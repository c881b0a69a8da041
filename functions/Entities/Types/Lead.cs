using System.ComponentModel.DataAnnotations;
using Crm.Entities.Changes;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum LeadSource
{
    Web,
    Referral,
    Campaign,
    Event,
    Call,
    Partner,
    Import,
    Api,
    Other,
}

public enum LeadStatus
{
    New,
    Contacted,
    Nurturing,
    Qualified,
    Converted,
    Unqualified,
    Junk,
}

/// <summary>Somebody who may become a customer. Once converted it is read-only: account, contact and opportunity go on from there.</summary>
public sealed record Lead : Entity
{
    [Personal] public string? FirstName { get; init; }

    [Personal, Sortable] public string? LastName { get; init; }

    /// <summary>First and last name as one text, empty where the lead is a company only.</summary>
    [ServerSet, Personal, Sortable, StringLength(511)] public string FullName { get; init; } = "";

    [Sortable] public string? CompanyName { get; init; }

    [Personal, Sortable, Form(TextForm.Email)] public string? Email { get; init; }

    [Personal, Form(TextForm.Phone)] public string? Phone { get; init; }

    public string? JobTitle { get; init; }

    [Form(TextForm.Url), NotFilterable] public string? Website { get; init; }

    public string? Industry { get; init; }

    [Sortable] public LeadSource? Source { get; init; }

    /// <summary>A campaign is not deleted while leads are put down to it.</summary>
    [Reference("campaigns")] public string? CampaignId { get; init; }

    public Rating? Rating { get; init; }

    /// <summary>
    /// How far there is somebody to sell to, 0 to 100: e-mail 20, phone 15, company 10, job title 10, estimated value 20, rating hot 25 or warm 10.
    /// </summary>
    [ServerSet, Sortable] public int Score { get; init; }

    /// <summary>In the tenant's base currency.</summary>
    [Number(4, Min = 0), Sortable] public decimal? EstimatedValue { get; init; }

    /// <summary>An open lead may be converted whatever it has been through: to convert it is to say that it is qualified.</summary>
    [Sortable, Moves(
        "new -> contacted", "contacted -> nurturing", "nurturing -> qualified",
        "new, contacted, nurturing, qualified -> unqualified, junk",
        "unqualified, junk -> contacted",
        "new, contacted, nurturing, qualified -> converted by convert")]
    public LeadStatus Status { get; init; } = LeadStatus.New;

    /// <summary>Required while unqualified.</summary>
    public string? UnqualifiedReason { get; init; }

    [ServerSet] public DateTimeOffset? ConvertedAt { get; init; }

    /// <summary>This and the next two become null when their record is deleted: that a lead led to it must not keep it.</summary>
    [ServerSet, Reference("accounts", OnDelete = OnDelete.SetNull)] public string? ConvertedAccountId { get; init; }

    [ServerSet, Reference("contacts", OnDelete = OnDelete.SetNull)] public string? ConvertedContactId { get; init; }

    [ServerSet, Reference("opportunities", OnDelete = OnDelete.SetNull)] public string? ConvertedOpportunityId { get; init; }

    protected internal override Entity Complete(WriteContext context)
    {
        var before = context.Before as Lead;
        if (before?.Status == LeadStatus.Converted)
            return Kept(before, context);

        if (string.IsNullOrWhiteSpace(LastName) && string.IsNullOrWhiteSpace(CompanyName))
            context.Refuse("#/lastName", "required", "a lead needs a lastName or a companyName");
        if (Status == LeadStatus.Unqualified && string.IsNullOrWhiteSpace(UnqualifiedReason))
            context.Refuse("#/unqualifiedReason", "required", "is required while a lead is unqualified");
        if (Status == LeadStatus.Converted && before is null)
            context.Refuse("#/status", "not-allowed", "a lead becomes converted by its convert action only");
        if (Status == LeadStatus.Converted)
            context.Announce("converted");

        return this with
        {
            FullName = string.Join(' ', new[] { FirstName, LastName }.Where(name => !string.IsNullOrEmpty(name))),
            Score = Scored(),
            ConvertedAt = Status == LeadStatus.Converted ? context.Now : null,
        };
    }

    private int Scored() =>
        (Email is null ? 0 : 20) + (Phone is null ? 0 : 15) + (CompanyName is null ? 0 : 10) + (JobTitle is null ? 0 : 10) + (EstimatedValue > 0 ? 20 : 0)
        + Rating switch { Types.Rating.Hot => 25, Types.Rating.Warm => 10, _ => 0 };

    /// <summary>Converted: as it was, but for links whose record is deleted. Whether the status may change is for its moves to say.</summary>
    private Lead Kept(Lead before, WriteContext context)
    {
        var type = context.Catalog.Of<Lead>();
        if (context.Action != WriteContext.Unlink)
            foreach (var change in Diff.Between(type, type.Serialize(before), type.Serialize(this)).Where(change => change.Path != "/status"))
                context.Refuse($"#{change.Path}", "read-only", "a converted lead can no longer be changed");

        return this;
    }
}
