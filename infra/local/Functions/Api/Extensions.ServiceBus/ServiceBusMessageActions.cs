using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Settles messages of the trigger by hand, once <c>AutoCompleteMessages</c> is false.</summary>
[InputConverter(typeof(ServiceBusMessageActionsConverter))]
public class ServiceBusMessageActions
{
    private readonly ServiceBusReceiver? _receiver;
    private readonly ConcurrentDictionary<string, bool> _settled = new();

    internal ServiceBusMessageActions(ServiceBusReceiver receiver) => _receiver = receiver;

    protected ServiceBusMessageActions()
    {
    }

    private ServiceBusReceiver Receiver => _receiver ?? throw new InvalidOperationException("These actions belong to no trigger; override what is called.");

    public virtual async Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        await Receiver.CompleteMessageAsync(message, cancellationToken);
        _settled[message.LockToken] = true;
    }

    public virtual async Task AbandonMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = null, CancellationToken cancellationToken = default)
    {
        await Receiver.AbandonMessageAsync(message, propertiesToModify, cancellationToken);
        _settled[message.LockToken] = true;
    }

    public virtual async Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        Dictionary<string, object>? propertiesToModify = null,
        string? deadLetterReason = null,
        string? deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default)
    {
        await Receiver.DeadLetterMessageAsync(message, propertiesToModify, deadLetterReason, deadLetterErrorDescription, cancellationToken);
        _settled[message.LockToken] = true;
    }

    public virtual async Task DeferMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = null, CancellationToken cancellationToken = default)
    {
        await Receiver.DeferMessageAsync(message, propertiesToModify, cancellationToken);
        _settled[message.LockToken] = true;
    }

    public virtual Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        Receiver.RenewMessageLockAsync(message, cancellationToken);

    /// <summary>Then the host leaves the message alone when the function ends.</summary>
    internal bool HasSettled(ServiceBusReceivedMessage message) => _settled.ContainsKey(message.LockToken);
}
