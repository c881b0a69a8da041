namespace Crm.Entities.Types;

/// <summary>How a case stands to its service level.</summary>
public enum SlaState
{
    Ok,
    Warning,
    Breached,
    Paused,
    Met,
}
