namespace Microsoft.Azure.Functions.Worker.Converters;

public enum ConversionStatus
{
    Unhandled,
    Succeeded,
    Failed,
}

/// <summary>Unhandled lets the next converter try; Failed ends the search.</summary>
public struct ConversionResult
{
    private ConversionResult(ConversionStatus status, object? value, Exception? error)
    {
        Status = status;
        Value = value;
        Error = error;
    }

    public ConversionStatus Status { get; }

    public object? Value { get; }

    public Exception? Error { get; }

    public static ConversionResult Unhandled() => default;

    public static ConversionResult Success(object? value) => new(ConversionStatus.Succeeded, value, null);

    public static ConversionResult Failed(Exception exception) => new(ConversionStatus.Failed, null, exception);
}
