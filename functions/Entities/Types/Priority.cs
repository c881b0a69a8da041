namespace Crm.Entities.Types;

/// <summary>How urgent a case or an activity is.</summary>
public enum Priority
{
    Low,
    Normal,
    High,
    Urgent,
}
