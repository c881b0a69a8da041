using Crm.Platform.Auth;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Platform;

/// <summary>Work that the app does of its own accord.</summary>
internal static class CallScopes
{
    /// <summary>Services for which this caller asks, whoever asks outside.</summary>
    public static AsyncServiceScope CreateScopeFor(this IServiceScopeFactory scopes, Caller caller)
    {
        var scope = scopes.CreateAsyncScope();
        var call = scope.ServiceProvider.GetRequiredService<CallContext>();
        call.Caller = caller;
        call.RequestId = caller.Actor.Id;
        return scope;
    }

    /// <summary>Whether something is to be done that this instance has not done for a while: true once in that time.</summary>
    public static bool IsDue(this IMemoryCache cache, string key, TimeSpan every)
    {
        if (cache.TryGetValue(key, out _))
            return false;

        cache.Set(key, true, every);
        return true;
    }
}
