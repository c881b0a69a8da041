using System.Collections.Concurrent;

namespace Crm.Local.Sqlite;

/// <summary>
/// The one writer. Callers queue their writes; a thread takes all that wait, applies them in one SQLite transaction and completes each
/// caller after the commit. So an acknowledged write is on disk, and concurrent writers share the cost of getting it there.
/// </summary>
internal sealed class WriteQueue<TSession> : IDisposable
    where TSession : IWriteSession
{
    /// <summary>Enough to make the commit a small part, few enough that the first in line does not wait long for the last.</summary>
    private const int LargestGroup = 256;

    private readonly BlockingCollection<Write> _queue = [];
    private readonly TSession _session;
    private readonly Thread _thread;

    public WriteQueue(TSession session, string name)
    {
        _session = session;
        _thread = new Thread(Run) { IsBackground = true, Name = $"{name} writer" };
        _thread.Start();
    }

    /// <summary>Queues a write; the task ends when it is on disk, or with the exception it threw.</summary>
    /// <param name="alone">In a transaction of its own: for changes of the catalog, after which it is read again.</param>
    public Task<T> RunAsync<T>(Func<TSession, T> apply, bool alone = false)
    {
        var write = new Write<T>(apply, alone);
        try
        {
            _queue.Add(write);
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(_thread.Name);
        }

        return write.Task;
    }

    /// <summary>Finishes what is queued.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
    }

    private void Run()
    {
        var group = new List<Write>(LargestGroup);
        Write? held = null;
        while (held is not null || !_queue.IsCompleted)
        {
            group.Clear();
            var first = held;
            held = null;
            if (first is null && !_queue.TryTake(out first, Timeout.Infinite))
                continue;
            group.Add(first);
            while (!first.Alone && group.Count < LargestGroup && _queue.TryTake(out var next))
            {
                if (next.Alone)
                {
                    held = next;
                    break;
                }

                group.Add(next);
            }

            Commit(group);
        }
    }

    private void Commit(List<Write> group)
    {
        try
        {
            _session.Begin();
            foreach (var write in group)
                write.Apply(_session);
            _session.Commit(group[0].Alone);
        }
        catch (Exception exception)
        {
            _session.Rollback();
            if (group.Count == 1)
            {
                group[0].Fail(exception);
                return;
            }

            // One of them is at fault and nobody knows which: each again, on its own.
            foreach (var write in group)
                Commit([write]);
            return;
        }

        foreach (var write in group)
            write.Complete();
    }

    private abstract class Write(bool alone)
    {
        public bool Alone => alone;

        public abstract void Apply(TSession session);

        public abstract void Complete();

        public abstract void Fail(Exception exception);
    }

    private sealed class Write<T>(Func<TSession, T> apply, bool alone) : Write(alone)
    {
        // Continuations must not run on the writer's thread.
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _completion.Task;

        public override void Apply(TSession session) => _result = apply(session);

        public override void Complete() => _completion.SetResult(_result!);

        public override void Fail(Exception exception) => _completion.SetException(exception);
    }
}
