using Crm.Local.Functions.Http;

namespace Microsoft.Azure.Functions.Worker.Builder;

public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>Gives HTTP functions ASP.NET Core's types. Middleware registered before this call sees no <c>HttpContext</c>.</summary>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        HttpIntegration.Add(builder);
        return builder;
    }
}
