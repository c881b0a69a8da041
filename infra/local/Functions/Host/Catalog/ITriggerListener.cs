using Crm.Local.Functions.Settings;

namespace Crm.Local.Functions.Catalog;

/// <summary>One kind of trigger: given its functions, it waits for events and invokes them. Register another in DI to add a kind.</summary>
internal interface ITriggerListener
{
    /// <summary>The attribute that marks this trigger's parameter.</summary>
    Type TriggerAttribute { get; }

    /// <summary>Where it can be reached from outside, once started.</summary>
    IReadOnlyCollection<string> Addresses { get; }

    /// <summary>A command that shows it at work, once started.</summary>
    string? Example { get; }

    /// <summary>Takes the functions in order of name, and refuses with a <c>StartException</c> what the real host would not run.</summary>
    void Take(IReadOnlyList<LocalFunction> functions, HostJson hostJson);

    Task StartAsync(CancellationToken cancellation);

    /// <summary>Takes no new events and returns when those under way are finished, or at the deadline.</summary>
    Task StopAsync(CancellationToken deadline);
}
