namespace Crm.Tests.DataSets;

/// <summary>Tickets of a shop's customers, as cases.</summary>
/// <param name="most">How many of the 8,469 to load.</param>
public abstract class SupportTickets(int most) : LoadedCrm(Name)
{
    public const string Name = "support-tickets";

    public const string File = "customer_support_tickets.csv";

    /// <summary>What was loaded.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Tickets => field ??= [.. Rows(File).Take(most)];

    internal override Task LoadAsync(DataSetLoad load) => new SupportTicketsLoader(load).LoadAsync(Tickets);
}

/// <summary>Enough of them that every status, priority, channel, type and product occurs.</summary>
public sealed class SomeSupportTickets() : SupportTickets(400);

public sealed class AllSupportTickets() : SupportTickets(int.MaxValue);
