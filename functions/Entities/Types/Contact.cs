using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum EmailKind
{
    Work,
    Home,
    Other,
}

public enum EmailState
{
    Unverified,
    Valid,
    Bounced,
    Invalid,
    OptedOut,
}

public enum PhoneKind
{
    Mobile,
    Work,
    Home,
    Fax,
}

public enum PreferredChannel
{
    Email,
    Phone,
    Sms,
    Post,
    None,
}

/// <summary>A person.</summary>
public sealed record Contact : Entity
{
    [Personal, Sortable] public string? FirstName { get; init; }

    [Personal, Sortable] public required string LastName { get; init; }

    /// <summary>First and last name as one text: what lists show and sort by.</summary>
    [ServerSet, Personal, Sortable, StringLength(511)] public string FullName { get; init; } = "";

    [Personal] public string? Salutation { get; init; }

    [Personal, MaxLength(20)] public IReadOnlyList<ContactEmail> Emails { get; init; } = [];

    [Personal, MaxLength(20)] public IReadOnlyList<ContactPhone> Phones { get; init; } = [];

    [MaxLength(20)] public IReadOnlyList<ContactAccount> Accounts { get; init; } = [];

    [Sortable] public string? JobTitle { get; init; }

    public string? DepartmentName { get; init; }

    [Reference("contacts", OnDelete = OnDelete.SetNull)] public string? ReportsToId { get; init; }

    [Personal, Sortable] public DateOnly? Birthday { get; init; }

    [Personal] public string? Occupation { get; init; }

    [Personal] public Address? MailingAddress { get; init; }

    [Personal] public Address? OtherAddress { get; init; }

    [Form(TextForm.Language)] public string? PreferredLanguage { get; init; }

    public PreferredChannel? PreferredChannel { get; init; }

    public bool DoNotCall { get; init; }

    public string? Source { get; init; }

    [Personal] public string? Assistant { get; init; }

    [Personal, MaxLength(10)] public IReadOnlyList<SocialProfile> SocialProfiles { get; init; } = [];

    [Sortable] public ActiveStatus Status { get; init; } = ActiveStatus.Active;

    protected internal override Entity Complete(WriteContext context)
    {
        context.AtMostOne(Emails, email => email.IsPrimary, "#/emails");
        context.AtMostOne(Phones, phone => phone.IsPrimary, "#/phones");
        context.AtMostOne(Accounts, account => account.IsPrimary, "#/accounts");
        if (ReportsToId is not null && ReportsToId == Id)
            context.Refuse("#/reportsToId", "cycle", "a contact cannot report to itself");

        // The state of an address is what mail to it has shown: it stays with the address, whatever the client sends.
        var known = (context.Before as Contact)?.Emails.ToDictionary(email => email.Address, email => email.State) ?? [];
        return this with
        {
            FullName = string.Join(' ', new[] { FirstName, LastName }.Where(name => !string.IsNullOrEmpty(name))),
            Emails = [.. Emails.Select(email => email with { State = known.GetValueOrDefault(email.Address) })],
        };
    }
}

/// <summary>One of a contact's e-mail addresses.</summary>
public sealed record ContactEmail
{
    [Form(TextForm.Email), ElementKey] public required string Address { get; init; }

    public EmailKind Kind { get; init; }

    public bool IsPrimary { get; init; }

    [ServerSet] public EmailState State { get; init; }
}

/// <summary>One of a contact's phone numbers.</summary>
public sealed record ContactPhone
{
    [Form(TextForm.Phone), ElementKey] public required string Number { get; init; }

    public PhoneKind Kind { get; init; }

    public bool IsPrimary { get; init; }
}

/// <summary>A contact's place in a company.</summary>
public sealed record ContactAccount
{
    [Reference("accounts"), ElementKey] public required string AccountId { get; init; }

    public string? Role { get; init; }

    public bool IsPrimary { get; init; }

    public bool IsActive { get; init; } = true;
}

/// <summary>Where a contact can be found in a social network.</summary>
public sealed record SocialProfile
{
    public required string Network { get; init; }

    [Form(TextForm.Url), NotFilterable] public required string Url { get; init; }
}
