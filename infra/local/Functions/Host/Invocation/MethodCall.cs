using System.Linq.Expressions;
using System.Reflection;

namespace Crm.Local.Functions.Invocation;

/// <summary>A function's method as a delegate over an array of arguments, whatever it returns. Compiled at its first call: most are not called for long after the start.</summary>
internal sealed class MethodCall(MethodInfo method)
{
    private readonly Lazy<Func<object?, object?[], ValueTask<object?>>> _call = new(() => Compile(method));

    public bool IsStatic => method.IsStatic;

    public ValueTask<object?> InvokeAsync(object? instance, object?[] arguments) => _call.Value(instance, arguments);

    private static Func<object?, object?[], ValueTask<object?>> Compile(MethodInfo method)
    {
        var instance = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object[]));
        var values = method.GetParameters().Select((parameter, i) =>
            Expression.Convert(Expression.ArrayIndex(arguments, Expression.Constant(i)), parameter.ParameterType));
        var call = Expression.Call(method.IsStatic ? null : Expression.Convert(instance, method.DeclaringType!), method, values);
        var body = method.ReturnType == typeof(void)
            ? (Expression)Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)))
            : Expression.Call(Adapter(method.ReturnType), call);
        return Expression.Lambda<Func<object?, object?[], ValueTask<object?>>>(body, instance, arguments).Compile();
    }

    private static MethodInfo Adapter(Type returned)
    {
        if (returned == typeof(Task)) return Own(nameof(FromTask));
        if (returned == typeof(ValueTask)) return Own(nameof(FromValueTask));
        if (returned.IsGenericType)
        {
            var definition = returned.GetGenericTypeDefinition();
            if (definition == typeof(Task<>)) return Own(nameof(FromTaskOf)).MakeGenericMethod(returned.GetGenericArguments());
            if (definition == typeof(ValueTask<>)) return Own(nameof(FromValueTaskOf)).MakeGenericMethod(returned.GetGenericArguments());
        }

        return Own(nameof(FromValue)).MakeGenericMethod(returned);
    }

    private static MethodInfo Own(string name) => typeof(MethodCall).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;

    private static ValueTask<object?> FromValue<T>(T value) => new(value);

    private static ValueTask<object?> FromTask(Task task)
    {
        return task.IsCompletedSuccessfully ? default : Await(task);

        static async ValueTask<object?> Await(Task task)
        {
            await task;
            return null;
        }
    }

    private static ValueTask<object?> FromValueTask(ValueTask task) => task.IsCompletedSuccessfully ? default : FromTask(task.AsTask());

    private static ValueTask<object?> FromTaskOf<T>(Task<T> task)
    {
        return task.IsCompletedSuccessfully ? new(task.Result) : Await(task);

        static async ValueTask<object?> Await(Task<T> task) => await task;
    }

    private static ValueTask<object?> FromValueTaskOf<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? new(task.Result) : FromTaskOf(task.AsTask());
}
