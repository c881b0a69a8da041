using Crm.Platform.Auth;

namespace Crm.Platform;

/// <summary>Who is asking in this invocation, and how. Scoped; filled by the middleware before any function runs.</summary>
public sealed class CallContext
{
    private Caller? _caller;

    /// <exception cref="InvalidOperationException">Nothing has said who is asking: access is refused by default.</exception>
    public Caller Caller
    {
        get => _caller ?? throw new InvalidOperationException("No caller is known in this invocation.");
        set => _caller = value;
    }

    /// <summary>Sent by the client or made here; in every answer, log line and history entry.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>The trace the invocation is part of (W3C <c>traceparent</c>), where there is one.</summary>
    public string? TraceParent { get; set; }

    /// <summary>Where the change comes from: api, import, webhook, worker, system.</summary>
    public string Source { get; set; } = "system";
}
