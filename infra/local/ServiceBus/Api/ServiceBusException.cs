#nullable disable
using System.Globalization;

namespace Azure.Messaging.ServiceBus;

/// <summary>What the service answers when it does not do what was asked. <see cref="Reason"/> says why, <see cref="IsTransient"/> whether asking again may help.</summary>
public class ServiceBusException : Exception
{
    public ServiceBusException()
    {
    }

    public ServiceBusException(
        bool isTransient,
        string message,
        string entityName = null,
        ServiceBusFailureReason reason = ServiceBusFailureReason.GeneralError,
        Exception innerException = null)
        : base(message, innerException)
    {
        IsTransient = isTransient;
        EntityPath = entityName;
        Reason = reason;
    }

    public ServiceBusException(string message, ServiceBusFailureReason reason, string entityPath = null, Exception innerException = null)
        : this(IsPassing(reason), message, entityPath, reason, innerException)
    {
    }

    public bool IsTransient { get; }

    public ServiceBusFailureReason Reason { get; }

    public string EntityPath { get; }

    public override string Message => EntityPath is null
        ? string.Format(CultureInfo.InvariantCulture, "{0} ({1})", base.Message, Reason)
        : string.Format(CultureInfo.InvariantCulture, "{0} ({1} - {2})", base.Message, EntityPath, Reason);

    private static bool IsPassing(ServiceBusFailureReason reason) =>
        reason is ServiceBusFailureReason.ServiceBusy or ServiceBusFailureReason.ServiceTimeout or ServiceBusFailureReason.ServiceCommunicationProblem;
}
