using System.Diagnostics;
using Crm.Local.Functions.Binding;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Crm.Local.Functions.Http;

/// <summary>What <c>ConfigureFunctionsWebApplication</c> adds: its place in the pipeline, MVC for results and [FromBody], and what both expect of a web host.</summary>
internal static class HttpIntegration
{
    public static void Add(FunctionsApplicationBuilder builder)
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(HttpProxyingMiddleware))) return;
        builder.UseMiddleware<HttpProxyingMiddleware>();
        var services = builder.Services;
        services.TryAddSingleton<IWebHostEnvironment>(new WebHostEnvironment(builder.Environment));
        services.TryAddSingleton(_ => new DiagnosticListener("Microsoft.AspNetCore"));
        services.TryAddSingleton<DiagnosticSource>(provider => provider.GetRequiredService<DiagnosticListener>());
        services.TryAddSingleton<IHttpContextFactory, DefaultHttpContextFactory>();
        services.Configure<ForwardedHeadersOptions>(options => options.ForwardedHeaders = ForwardedHeaders.All);

        // The worker calls AddMvc. Its Razor half is left out: nobody returns views from a function, and it writes data-protection keys to the home folder at start.
        services.AddControllers();
        services.Configure<WorkerOptions>(worker => worker.InputConverters.RegisterAt<HttpContextConverter>(0));
    }

    private sealed class WebHostEnvironment(IHostEnvironment environment) : IWebHostEnvironment
    {
        public string ApplicationName { get; set; } = environment.ApplicationName;

        public string EnvironmentName { get; set; } = environment.EnvironmentName;

        public string ContentRootPath { get; set; } = environment.ContentRootPath;

        public IFileProvider ContentRootFileProvider { get; set; } = environment.ContentRootFileProvider;

        public string WebRootPath { get; set; } = "";

        public IFileProvider WebRootFileProvider { get; set; } = new NullFileProvider();
    }
}
