#nullable disable
using Crm.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

public class CreateMessageBatchOptions
{
    private long? _maxSizeInBytes;

    /// <summary>At most what the tier allows, which is also the default.</summary>
    public long? MaxSizeInBytes
    {
        get => _maxSizeInBytes;
        set
        {
            if (value is { } size) ArgumentOutOfRangeException.ThrowIfLessThan(size, 24);
            _maxSizeInBytes = value;
        }
    }
}

/// <summary>Messages that are sent, and stored, together or not at all. Their size on the wire is counted as they are added.</summary>
public sealed class ServiceBusMessageBatch : IDisposable
{
    private readonly IList<ServiceBusMessage> _messages;
    private readonly Func<ServiceBusMessage, bool> _mayAdd;
    private readonly bool _isModel;
    private readonly Lock _gate = new();
    private bool _isSending;
    private bool _isDisposed;

    internal ServiceBusMessageBatch(long maxSize)
    {
        MaxSizeInBytes = maxSize;
        _messages = [];
        SizeInBytes = AmqpFormat.BatchOverhead;
    }

    internal ServiceBusMessageBatch(long size, IList<ServiceBusMessage> store, CreateMessageBatchOptions options, Func<ServiceBusMessage, bool> mayAdd)
    {
        MaxSizeInBytes = options?.MaxSizeInBytes ?? long.MaxValue;
        SizeInBytes = size;
        _messages = store;
        _mayAdd = mayAdd ?? (_ => true);
        _isModel = true;
    }

    public long MaxSizeInBytes { get; }

    public long SizeInBytes { get; private set; }

    public int Count => _messages.Count;

    internal List<byte[]> Encoded { get; } = [];

    internal IReadOnlyList<ServiceBusMessage> Messages => [.. _messages];

    /// <summary>False, and the batch is as before, when the message does not fit any more.</summary>
    public bool TryAddMessage(ServiceBusMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isSending) throw new InvalidOperationException("The batch is being sent and cannot be changed until that is done.");
            if (_isModel)
            {
                if (!_mayAdd(message)) return false;
                _messages.Add(message);
                return true;
            }

            Telemetry.Stamp(message);
            var bytes = AmqpFormat.Encode(message);
            var size = SizeInBytes + AmqpFormat.SizeInBatch(bytes.Length);
            if (size > MaxSizeInBytes) return false;
            SizeInBytes = size;
            Encoded.Add(bytes);
            _messages.Add(message);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isSending) throw new InvalidOperationException("The batch is being sent and cannot be changed until that is done.");
            _isDisposed = true;
            _messages.Clear();
            Encoded.Clear();
            SizeInBytes = 0;
        }
    }

    internal void Hold()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _isSending = true;
        }
    }

    internal void Release()
    {
        lock (_gate) _isSending = false;
    }
}
