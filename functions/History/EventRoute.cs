namespace Crm.History;

/// <summary>Says to which queue an event goes. A slice that handles events registers one for each type; an event may have several.</summary>
/// <param name="EventType"><c>order.submitted</c>.</param>
/// <param name="Queue">The queue's name.</param>
public sealed record EventRoute(string EventType, string Queue);
