using Azure.Messaging.ServiceBus;

namespace Crm.Local.ServiceBus.Storage;

/// <summary>What becomes of a message: each move is part of the transaction under way.</summary>
internal sealed partial class BrokerSession
{
    public long Submit(Queue queue, Submission submission)
    {
        var sequence = Messages.NextSequence(queue);
        var ttl = Lifetime(queue, submission.TimeToLive);
        _isDueChanged = true;
        if (submission.Scheduled is { } due && due > Now)
        {
            Messages.Insert(queue, sequence, RowState.Scheduled, due, due, ttl, submission.Message);
        }
        else
        {
            Messages.Insert(queue, sequence, RowState.Active, Now + ttl, Now, ttl, submission.Message);
            _arrived.Add(queue);
        }

        return sequence;
    }

    public Delivery Lock(Queue queue, MessageRow row)
    {
        var (token, until) = (Guid.NewGuid(), Now + (long)queue.Declared.LockDuration.TotalMilliseconds);
        Messages.Lock(row.Id, token, until);
        _isDueChanged = true;
        return new Delivery(row with { IsLocked = true, Due = until, Deliveries = row.Deliveries + 1 }, Messages.Body(row.Id), token, until);
    }

    public Delivery Take(MessageRow row)
    {
        var delivery = new Delivery(row with { Deliveries = row.Deliveries + 1 }, Messages.Body(row.Id), Guid.Empty, 0);
        Messages.Delete(row.Id);
        return delivery;
    }

    public long Renew(Queue queue, MessageRow row)
    {
        var until = Now + (long)queue.Declared.LockDuration.TotalMilliseconds;
        Messages.Renew(row.Id, until);
        _isDueChanged = true;
        return until;
    }

    public MessageRow Locked(Queue queue, Guid token) => Messages.Find(queue, token) is { } row && row.Due > Now
        ? row
        : throw new ServiceBusException(
            "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.",
            ServiceBusFailureReason.MessageLockLost,
            queue.Path);

    /// <summary>Gives a locked message back: to its queue, or where one goes that has expired meanwhile or had its last delivery.</summary>
    public void Return(Queue queue, MessageRow row)
    {
        if (queue.DeadLetters is not null && row.Deliveries >= queue.Declared.MaxDeliveryCount)
        {
            DeadLetter(queue, row, "MaxDeliveryCountExceeded", $"Message could not be consumed after {queue.Declared.MaxDeliveryCount} delivery attempts.");
        }
        else if (row.Expires <= Now)
        {
            Expire(queue, row);
        }
        else
        {
            Messages.Update(row with { Due = row.Expires });
            _isDueChanged = true;
            if (row.State is RowState.Active) _arrived.Add(queue);
        }
    }

    public void Defer(MessageRow row)
    {
        Messages.Update(row with { State = RowState.Deferred, Due = row.Expires });
        _isDueChanged = true;
    }

    public void DeadLetter(Queue queue, MessageRow row, string? reason, string? description)
    {
        Modify(row, new Dictionary<string, object?> { [AmqpFormat.DeadLetterReason] = reason, [AmqpFormat.DeadLetterErrorDescription] = description });
        var target = queue.DeadLetters ?? queue;
        Messages.Update(row with { Queue = target.Number, State = RowState.Active, Due = null, TimeToLive = null });
        _isDueChanged = true;
        _arrived.Add(target);
    }

    /// <summary>Sets application properties; a null takes one away.</summary>
    public void Modify(MessageRow row, IEnumerable<KeyValuePair<string, object?>> properties)
    {
        var message = AmqpFormat.Decode(Messages.Body(row.Id));
        foreach (var (name, value) in properties)
        {
            if (value is null) message.ApplicationProperties.Remove(name);
            else message.ApplicationProperties[name] = value;
        }

        Messages.UpdateBody(row.Id, AmqpFormat.Encode(message));
    }

    private static long Lifetime(Queue queue, TimeSpan own)
    {
        var most = queue.Declared.DefaultMessageTimeToLive;
        return (long)(most < own ? most : own).TotalMilliseconds;
    }

    // At its time a scheduled message is appended as if it had just been sent, with a number of its own.
    private void Enqueue(Queue queue, MessageRow row)
    {
        Messages.Update(row with { State = RowState.Active, Sequence = Messages.NextSequence(queue), Enqueued = Now, Due = Now + row.TimeToLive });
        _arrived.Add(queue);
    }

    private void Expire(Queue queue, MessageRow row)
    {
        if (queue.Declared.DeadLetteringOnMessageExpiration && queue.DeadLetters is not null)
            DeadLetter(queue, row, "TTLExpiredException", "The message expired and was dead lettered.");
        else
            Messages.Delete(row.Id);
    }
}
