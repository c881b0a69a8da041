using Azure.Messaging.ServiceBus;
using Crm.Local.Functions.Invocation;
using Crm.Local.Functions.ServiceBus;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Messages as they were received; bodies alone are left to the worker's own converters.</summary>
internal sealed class ServiceBusReceivedMessageConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(context.Source is ServiceBusReceivedMessage or ServiceBusReceivedMessage[] && context.TargetType == context.Source.GetType()
            ? ConversionResult.Success(context.Source)
            : ConversionResult.Unhandled());
}

internal sealed class ServiceBusMessageActionsConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(InvocationState.Of(context.FunctionContext).Trigger is QueueTriggerData data
            ? ConversionResult.Success(data.Actions)
            : ConversionResult.Failed(new InvalidOperationException($"{nameof(ServiceBusMessageActions)} needs a Service Bus trigger.")));
}
