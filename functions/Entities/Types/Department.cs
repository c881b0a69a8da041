using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>A part of the business's own organisation. Not deleted while employees or other departments belong to it.</summary>
public sealed record Department : Entity
{
    [Sortable] public required string Name { get; init; }

    [Unique, Sortable] public string? Code { get; init; }

    [Reference("departments", Acyclic = true)] public string? ParentDepartmentId { get; init; }

    /// <summary>Becomes null when the employee is deleted: the department goes on without a head.</summary>
    [Reference("employees", OnDelete = OnDelete.SetNull)] public string? HeadEmployeeId { get; init; }

    [Sortable] public string? CostCenter { get; init; }

    [Sortable] public bool IsActive { get; init; } = true;
}
