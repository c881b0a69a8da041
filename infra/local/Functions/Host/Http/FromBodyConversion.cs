using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Local.Functions.Http;

/// <summary>MVC's body binding, without validation: so it is in the worker. What does not parse throws.</summary>
internal sealed class FromBodyConversion : IFromBodyConversionFeature
{
    public static FromBodyConversion Instance { get; } = new();

    public async ValueTask<object?> ConvertAsync(FunctionContext context, Type targetType)
    {
        var http = context.GetHttpContext() ?? throw new InvalidOperationException("There is no HttpContext to read the body from.");
        var metadata = http.RequestServices.GetRequiredService<IModelMetadataProvider>().GetMetadataForType(targetType);
        var name = metadata.BinderModelName ?? "";
        var binder = http.RequestServices.GetRequiredService<IModelBinderFactory>().CreateBinder(new ModelBinderFactoryContext
        {
            Metadata = metadata,
            BindingInfo = new BindingInfo
            {
                BinderModelName = name,
                BindingSource = BindingSource.Body,
                BinderType = metadata.BinderType,
                PropertyFilterProvider = metadata.PropertyFilterProvider,
            },
        });
        var binding = new DefaultModelBindingContext
        {
            ModelMetadata = metadata,
            ModelName = name,
            BindingSource = BindingSource.Body,
            ModelState = new ModelStateDictionary(),
            ActionContext = new ActionContext { HttpContext = http },
        };
        await binder.BindModelAsync(binding);
        if (binding.Result.IsModelSet) return binding.Result.Model;
        if (binding.ModelState.IsValid) return null;
        var errors = binding.ModelState.Values.SelectMany(entry => entry.Errors);
        throw new InvalidOperationException(string.Join(Environment.NewLine, errors.Select(error => error.ErrorMessage is { Length: > 0 } text ? text : error.Exception?.Message)));
    }
}
