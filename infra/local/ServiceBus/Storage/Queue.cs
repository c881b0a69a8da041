namespace Crm.Local.ServiceBus.Storage;

/// <summary>A queue, or the dead-letter queue of one: that has no dead-letter queue itself, and its messages neither expire nor run out of deliveries.</summary>
internal sealed class Queue(long number, string path, QueueDeclaration declared, Queue? deadLetters)
{
    private volatile TaskCompletionSource _arrival = NewArrival();

    public long Number => number;

    public string Path => path;

    public QueueDeclaration Declared => declared;

    public Queue? DeadLetters => deadLetters;

    /// <summary>Ends when a message next becomes ready. Asked for before looking whether there is one, so that none is missed between.</summary>
    public Task Arrival => _arrival.Task;

    public void Announce() => Interlocked.Exchange(ref _arrival, NewArrival()).SetResult();

    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
