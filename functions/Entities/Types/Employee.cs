using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum EmploymentType
{
    FullTime,
    PartTime,
    Contractor,
    Intern,
}

public enum EmployeeStatus
{
    Active,
    OnLeave,
    Terminated,
}

/// <summary>Somebody who works for the business, whether or not they sign in.</summary>
public sealed record Employee : Entity
{
    [Unique, Sortable] public required string EmployeeNumber { get; init; }

    [Personal] public required string FirstName { get; init; }

    [Personal, Sortable] public required string LastName { get; init; }

    /// <summary>First and last name as one text: what lists show and sort by.</summary>
    [ServerSet, Personal, Sortable, StringLength(511)] public string FullName { get; init; } = "";

    [Personal, Unique, Sortable, Form(TextForm.Email)] public string? WorkEmail { get; init; }

    [Personal, Form(TextForm.Phone)] public string? Phone { get; init; }

    [Sortable] public string? JobTitle { get; init; }

    [Reference("departments")] public string? DepartmentId { get; init; }

    /// <summary>Becomes null when the manager is deleted: the employee stays, and is given another.</summary>
    [Reference("employees", OnDelete = OnDelete.SetNull, Acyclic = true)] public string? ManagerId { get; init; }

    /// <summary>Restricts: a user who is somebody is deactivated, not deleted.</summary>
    [Unique, Reference("users")] public string? UserId { get; init; }

    [Sortable] public DateOnly? HireDate { get; init; }

    public DateOnly? TerminationDate { get; init; }

    [Sortable] public EmploymentType? EmploymentType { get; init; }

    [Sortable] public EmployeeStatus Status { get; init; } = EmployeeStatus.Active;

    protected internal override Entity Complete(WriteContext context)
    {
        if (TerminationDate < HireDate)
            context.Refuse("#/terminationDate", "min", "must not be before hireDate");

        return this with { FullName = $"{FirstName} {LastName}" };
    }
}
