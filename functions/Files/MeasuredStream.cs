using System.Security.Cryptography;

namespace Crm.Files;

/// <summary>Reads another stream once, counts and digests what goes through, and ends with an exception where that is too much.</summary>
/// <param name="start">What has been read from it already.</param>
/// <param name="most">How much may go through, in bytes.</param>
internal sealed class MeasuredStream(ReadOnlyMemory<byte> start, Stream inner, long most) : Stream
{
    private ReadOnlyMemory<byte> _start = start;
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>What has gone through, in bytes.</summary>
    public long Count { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    /// <summary>SHA-256 of what went through, as lower-case hex.</summary>
    public string Sha256() => Convert.ToHexStringLower(_digest.GetCurrentHash());

    /// <exception cref="ContentTooLargeException">There is more than is accepted.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = _start.IsEmpty ? await inner.ReadAsync(buffer, cancellationToken) : Again(buffer.Span);
        _digest.AppendData(buffer.Span[..read]);
        return (Count += read) <= most ? read : throw new ContentTooLargeException();
    }

    private int Again(Span<byte> buffer)
    {
        var length = Math.Min(buffer.Length, _start.Length);
        _start.Span[..length].CopyTo(buffer);
        _start = _start[length..];
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A request is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _digest.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Ends the reading of a content that is larger than is accepted.</summary>
internal sealed class ContentTooLargeException : Exception;
