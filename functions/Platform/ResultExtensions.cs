namespace Crm.Platform;

/// <summary>Chains steps that may fail.</summary>
public static class ResultExtensions
{
    /// <summary>Goes on with the value, or passes the error on.</summary>
    public static async Task<Result<TNext>> ThenAsync<T, TNext>(this Result<T> result, Func<T, Task<Result<TNext>>> next) =>
        result.Failed ? result.Error : await next(result.Value);

    /// <inheritdoc cref="ThenAsync{T, TNext}(Result{T}, Func{T, Task{Result{TNext}}})"/>
    public static async Task<Result<TNext>> ThenAsync<T, TNext>(this Task<Result<T>> step, Func<T, Task<Result<TNext>>> next)
    {
        var result = await step;
        return await result.ThenAsync(next);
    }
}
