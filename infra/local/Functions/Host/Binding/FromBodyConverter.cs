using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;

namespace Crm.Local.Functions.Binding;

internal sealed class FromBodyConverter : IInputConverter
{
    public async ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        var feature = context.FunctionContext.Features.Get<IFromBodyConversionFeature>()
            ?? throw new InvalidOperationException("[FromBody] works in HTTP functions, after ConfigureFunctionsWebApplication().");
        return ConversionResult.Success(await feature.ConvertAsync(context.FunctionContext, context.TargetType));
    }
}
