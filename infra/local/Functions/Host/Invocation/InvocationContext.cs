using Crm.Local.Functions.Binding;
using Crm.Local.Functions.Catalog;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Local.Functions.Invocation;

/// <summary>One call of one function. Its service scope lives exactly as long.</summary>
internal sealed class InvocationContext : FunctionContext, IAsyncDisposable
{
    private readonly IServiceScopeFactory _scopes;
    private readonly TimeSpan? _timeout;
    private readonly TriggerData _trigger;
    private AsyncServiceScope? _scope;
    private IServiceProvider? _services;
    private CancellationTokenSource? _cancellation;
    private BindingContext? _bindingContext;
    private Identity? _identity;

    public InvocationContext(LocalFunction function, TriggerData trigger, IServiceScopeFactory scopes, TimeSpan? timeout)
    {
        _scopes = scopes;
        _timeout = timeout;
        _trigger = trigger;
        Function = function;
        var state = new InvocationState(trigger);
        Features.Set(state);
        Features.Set<IFunctionInputBindingFeature>(state.Inputs);
    }

    public LocalFunction Function { get; }

    public override string InvocationId => Invocation.Id;

    public override string FunctionId => Function.Id;

    public override FunctionDefinition FunctionDefinition => Function;

    public override TraceContext TraceContext => Invocation.TraceContext;

    public override BindingContext BindingContext => _bindingContext ??= new TriggerBindingContext(_trigger);

    public override RetryContext RetryContext => _trigger.Retry;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override IInvocationFeatures Features { get; } = new InvocationFeatures();

    /// <summary>Cancelled when the trigger gives up on the call, and at the function timeout.</summary>
    public override CancellationToken CancellationToken
    {
        get
        {
            if (_cancellation is null)
            {
                _cancellation = CancellationTokenSource.CreateLinkedTokenSource(_trigger.Cancellation);
                if (_timeout is { } timeout) _cancellation.CancelAfter(timeout);
            }

            return _cancellation.Token;
        }
    }

    public override IServiceProvider InstanceServices
    {
        get
        {
            if (_services is null)
            {
                _scope = _scopes.CreateAsyncScope();
                _services = _scope.Value.ServiceProvider;
            }

            return _services;
        }
        set => _services = value;
    }

    private Identity Invocation
    {
        get
        {
            if (_identity is null)
            {
                _identity = new Identity(Guid.NewGuid().ToString(), Function.Id, _trigger.Trace);
                Features.Set<FunctionInvocation>(_identity);
            }

            return _identity;
        }
    }

    public ValueTask DisposeAsync()
    {
        _cancellation?.Dispose();
        return _scope?.DisposeAsync() ?? default;
    }

    private sealed class Identity(string id, string functionId, TraceContext trace) : FunctionInvocation
    {
        public override string Id => id;

        public override string FunctionId => functionId;

        public override TraceContext TraceContext => trace;
    }

    private sealed class TriggerBindingContext(TriggerData trigger) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => trigger.All;
    }
}
