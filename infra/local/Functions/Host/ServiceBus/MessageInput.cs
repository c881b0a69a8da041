using Azure.Messaging.ServiceBus;
using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Startup;

namespace Crm.Local.Functions.ServiceBus;

/// <summary>
/// In which form a function's parameter takes its messages: as the host decides it from the type when the app is built. Other types than
/// these are read from JSON by the worker's converters.
/// </summary>
internal static class MessageInput
{
    public static Func<IReadOnlyList<ServiceBusReceivedMessage>, object> Of(LocalFunction function, bool isBatched)
    {
        var type = function.Bindings.Single(binding => binding.IsTrigger).Parameter.Type;
        if (!isBatched)
        {
            if (type == typeof(ServiceBusReceivedMessage)) return messages => messages[0];
            if (type == typeof(byte[])) return messages => messages[0].Body.ToArray();
            return messages => messages[0].Body.ToString();
        }

        return Element(type) switch
        {
            null => throw new StartException(
                $"Function '{function.Name}' takes its messages in batches, but its parameter '{function.TriggerParameter}' is no collection. Make it one, or set IsBatched to false."),
            var element when element == typeof(ServiceBusReceivedMessage) => messages => messages.ToArray(),
            var element when element == typeof(string) => messages => messages.Select(message => message.Body.ToString()).ToArray(),
            var element when element == typeof(byte[]) => messages => messages.Select(message => message.Body.ToArray()).ToArray(),
            _ => messages => $"[{string.Join(',', messages.Select(message => message.Body.ToString()))}]",
        };
    }

    private static Type? Element(Type type)
    {
        if (type == typeof(string) || type == typeof(byte[])) return null;
        if (type.IsArray) return type.GetElementType();
        return type.GetInterfaces().Append(type).FirstOrDefault(each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
    }
}
