using System.Text.Json;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker.Extensions.Timer.Converters;

/// <summary>Reads the host's JSON with options of its own, whatever serializer the app has.</summary>
internal sealed class TimerInfoConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(context.TargetType == typeof(TimerInfo) && context.Source is string text
            ? ConversionResult.Success(JsonSerializer.Deserialize<TimerInfo>(text, JsonSerializerOptions.Web))
            : ConversionResult.Unhandled());
}
