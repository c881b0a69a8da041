namespace Crm.Platform.ChangeFeed;

/// <summary>A function on the change feed, by the name of its leases. A slice registers each of its own, so that how far behind they are can be watched.</summary>
public sealed record FeedFunction(string Name);
