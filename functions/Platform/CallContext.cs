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

    /// <summary>The caller's tenant, or null as long as nothing has said who is asking: for what is written about a call, not for access.</summary>
    public string? TenantId => _caller?.TenantId;

    /// <summary>The W3C trace this call belongs to; goes with its changes into messages and history.</summary>
    public string? TraceParent { get; set; }

    /// <summary>Sent by the client or made here; in every answer, log line and history entry.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>Where the change comes from: api, import, webhook, worker, system.</summary>
    public string Source { get; set; } = "system";
}
