using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.Options;

namespace Crm.Local.Functions.Binding;

internal sealed class FunctionContextConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(context.TargetType == typeof(FunctionContext) ? ConversionResult.Success(context.FunctionContext) : ConversionResult.Unhandled());
}

internal sealed class AssignableConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(context.TargetType.IsInstanceOfType(context.Source) ? ConversionResult.Success(context.Source) : ConversionResult.Unhandled());
}

internal sealed class GuidConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new((context.TargetType == typeof(Guid) || context.TargetType == typeof(Guid?)) && context.Source is string text && Guid.TryParse(text, out var value)
            ? ConversionResult.Success(value)
            : ConversionResult.Unhandled());
}

internal sealed class DateTimeConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        var target = Nullable.GetUnderlyingType(context.TargetType) ?? context.TargetType;
        if (context.Source is not string text) return new(ConversionResult.Unhandled());

        // The real one too reads dates in the culture of the machine.
        if (target == typeof(DateTimeOffset) && DateTimeOffset.TryParse(text, CultureInfo.CurrentCulture, out var offset)) return new(ConversionResult.Success(offset));
        if (target == typeof(DateTime) && DateTime.TryParse(text, CultureInfo.CurrentCulture, out var date)) return new(ConversionResult.Success(date));
        return new(ConversionResult.Unhandled());
    }
}

internal sealed class BytesConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(context.TargetType == typeof(byte[]) && context.Source is string text ? ConversionResult.Success(Encoding.UTF8.GetBytes(text)) : ConversionResult.Unhandled());
}

/// <summary>Everything else that trigger data holds is text, read as JSON: so <c>5</c> is a number, and <c>True</c> is no boolean.</summary>
internal sealed class JsonConverter(IOptions<WorkerOptions> options) : IInputConverter
{
    public async ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        if (context.TargetType == typeof(string) || context.Source is not string text) return ConversionResult.Unhandled();
        var serializer = options.Value.Serializer ?? throw new InvalidOperationException("WorkerOptions.Serializer is null.");
        try
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text), writable: false);
            return ConversionResult.Success(await serializer.DeserializeAsync(stream, context.TargetType, CancellationToken.None));
        }
        catch (Exception e)
        {
            // Any serializer may be configured, so any exception may mean that the text does not fit the type.
            return ConversionResult.Failed(e);
        }
    }
}

internal sealed class CancellationTokenConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(context.TargetType == typeof(CancellationToken) || context.TargetType == typeof(CancellationToken?)
            ? ConversionResult.Success(context.FunctionContext.CancellationToken)
            : ConversionResult.Unhandled());
}
