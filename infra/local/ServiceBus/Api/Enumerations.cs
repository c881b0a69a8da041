namespace Azure.Messaging.ServiceBus;

public enum ServiceBusErrorSource
{
    Complete,
    Abandon,
    ProcessMessageCallback,
    Receive,
    RenewLock,
}

public enum ServiceBusFailureReason
{
    GeneralError,
    MessagingEntityNotFound,
    MessageLockLost,
    MessageNotFound,
    MessageSizeExceeded,
    MessagingEntityDisabled,
    QuotaExceeded,
    ServiceBusy,
    ServiceTimeout,
    ServiceCommunicationProblem,
    SessionCannotBeLocked,
    SessionLockLost,
    MessagingEntityAlreadyExists,
}

public enum ServiceBusMessageState
{
    Active,
    Deferred,
    Scheduled,
}

public enum ServiceBusReceiveMode
{
    PeekLock,
    ReceiveAndDelete,
}

public enum ServiceBusRetryMode
{
    Fixed,
    Exponential,
}

public enum ServiceBusTransportType
{
    AmqpTcp,
    AmqpWebSockets,
}

public enum SubQueue
{
    None,
    DeadLetter,
    TransferDeadLetter,
}
