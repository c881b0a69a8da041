#nullable disable
namespace Azure.Messaging.ServiceBus;

/// <summary>A message for a processor's handler, and the ways to settle it.</summary>
public class ProcessMessageEventArgs : EventArgs
{
    private readonly ServiceBusReceiver _receiver;

    public ProcessMessageEventArgs(ServiceBusReceivedMessage message, ServiceBusReceiver receiver, CancellationToken cancellationToken)
        : this(message, receiver, receiver?.Identifier, cancellationToken)
    {
    }

    public ProcessMessageEventArgs(ServiceBusReceivedMessage message, ServiceBusReceiver receiver, string identifier, CancellationToken cancellationToken)
    {
        Message = message;
        _receiver = receiver;
        Identifier = identifier;
        CancellationToken = cancellationToken;
    }

    /// <summary>Raised when the lock on the message is gone while its handler runs.</summary>
    public event Func<MessageLockLostEventArgs, Task> MessageLockLostAsync;

    public ServiceBusReceivedMessage Message { get; }

    /// <summary>Cancelled when the processor is being stopped.</summary>
    public CancellationToken CancellationToken { get; }

    public string Identifier { get; }

    public string EntityPath => _receiver.EntityPath;

    public string FullyQualifiedNamespace => _receiver.FullyQualifiedNamespace;

    /// <summary>Settled by the handler, so that the processor does not do it again.</summary>
    internal bool IsSettled { get; set; }

    internal ServiceBusReceiver Receiver => _receiver;

    public virtual async Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        await _receiver.CompleteMessageAsync(message, cancellationToken);
        IsSettled = true;
    }

    public virtual async Task AbandonMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default)
    {
        await _receiver.AbandonMessageAsync(message, propertiesToModify, cancellationToken);
        IsSettled = true;
    }

    public virtual async Task DeferMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default)
    {
        await _receiver.DeferMessageAsync(message, propertiesToModify, cancellationToken);
        IsSettled = true;
    }

    public virtual async Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default)
    {
        await _receiver.DeadLetterMessageAsync(message, propertiesToModify, cancellationToken);
        IsSettled = true;
    }

    public virtual async Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message, string deadLetterReason, string deadLetterErrorDescription = null, CancellationToken cancellationToken = default)
    {
        await _receiver.DeadLetterMessageAsync(message, deadLetterReason, deadLetterErrorDescription, cancellationToken);
        IsSettled = true;
    }

    public virtual async Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object> propertiesToModify,
        string deadLetterReason,
        string deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default)
    {
        await _receiver.DeadLetterMessageAsync(message, propertiesToModify, deadLetterReason, deadLetterErrorDescription, cancellationToken);
        IsSettled = true;
    }

    public virtual Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        _receiver.RenewMessageLockAsync(message, cancellationToken);

    protected internal virtual Task OnMessageLockLostAsync(MessageLockLostEventArgs args) => MessageLockLostAsync?.Invoke(args) ?? Task.CompletedTask;
}

public sealed class ProcessErrorEventArgs : EventArgs
{
    public ProcessErrorEventArgs(
        Exception exception, ServiceBusErrorSource errorSource, string fullyQualifiedNamespace, string entityPath, CancellationToken cancellationToken)
        : this(exception, errorSource, fullyQualifiedNamespace, entityPath, "", cancellationToken)
    {
    }

    public ProcessErrorEventArgs(
        Exception exception,
        ServiceBusErrorSource errorSource,
        string fullyQualifiedNamespace,
        string entityPath,
        string identifier,
        CancellationToken cancellationToken)
    {
        Exception = exception;
        ErrorSource = errorSource;
        FullyQualifiedNamespace = fullyQualifiedNamespace;
        EntityPath = entityPath;
        Identifier = identifier;
        CancellationToken = cancellationToken;
    }

    public Exception Exception { get; }

    public ServiceBusErrorSource ErrorSource { get; }

    public string FullyQualifiedNamespace { get; }

    public string EntityPath { get; }

    public string Identifier { get; }

    public CancellationToken CancellationToken { get; }
}

public class MessageLockLostEventArgs
{
    public MessageLockLostEventArgs(ServiceBusReceivedMessage message, Exception exception)
    {
        Message = message;
        Exception = exception;
    }

    public ServiceBusReceivedMessage Message { get; }

    public Exception Exception { get; }
}
