using Crm.Local.Functions.Binding;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker.Http
{
    public class FromBodyAttribute() : InputConverterAttribute(typeof(FromBodyConverter));
}

namespace Microsoft.Azure.Functions.Worker.Extensions.Http.Converters
{
    public interface IFromBodyConversionFeature
    {
        ValueTask<object?> ConvertAsync(FunctionContext context, Type targetType);
    }
}
