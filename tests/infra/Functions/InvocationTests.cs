using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Crm.Local.Tests.Functions;

public class InvocationTests
{
    [Fact]
    public async Task Middleware_InOrderOfRegistration_SeesHttpContextOnlyAfterTheWebApplication()
    {
        var seen = new List<string>();
        await using var app = await TestApp.StartAsync<Samples>(builder =>
        {
            builder.UseMiddleware((context, next) => Note(context, next, "first"));
            builder.ConfigureFunctionsWebApplication();
            builder.Services.AddSingleton(seen);
            builder.UseMiddleware<Second>();
            builder.UseWhen(_ => false, (_, _) => throw new InvalidOperationException("never"));
            builder.UseMiddleware((context, next) => Note(context, next, "third"));
        });
        await app.GetAsync("/text");
        Assert.Equal(["first without", "second with", "third with", "third after", "second after", "first after"], seen);

        async Task Note(FunctionContext context, Func<Task> next, string name)
        {
            seen.Add($"{name} {(context.GetHttpContext() is null ? "without" : "with")}");
            await next();
            seen.Add($"{name} after");
        }
    }

    [Fact]
    public async Task Middleware_ReplacingTheResult_AnswersInItsPlace()
    {
        await using var app = await TestApp.StartAsync<Samples>(builder =>
        {
            builder.ConfigureFunctionsWebApplication();
            builder.UseMiddleware(async (context, next) =>
            {
                await next();
                context.GetInvocationResult().Value = Results.Text("replaced");
            });
        });
        Assert.Equal("replaced", await app.GetAsync("/text"));
    }

    [Fact]
    public async Task Middleware_AroundAResultThatThrows_DoesNotSeeIt()
    {
        var caught = 0;
        await using var app = await TestApp.StartAsync<Samples>(builder =>
        {
            builder.ConfigureFunctionsWebApplication();
            builder.UseMiddleware(async (_, next) =>
            {
                try
                {
                    await next();
                }
                catch (InvalidOperationException)
                {
                    caught++;
                    throw;
                }
            });
        });
        Assert.Equal(500, await app.StatusAsync("/bad-result"));
        Assert.Equal(0, caught);
        Assert.Equal(500, await app.StatusAsync("/throw"));
        Assert.Equal(1, caught);
    }

    [Fact]
    public async Task Middleware_BindingAnInput_GivesTheFunctionWhatItSet()
    {
        await using var app = await TestApp.StartAsync<Samples>(builder =>
        {
            builder.ConfigureFunctionsWebApplication();
            builder.UseMiddleware(async (context, next) =>
            {
                var input = await context.BindInputAsync<string>(new Input("q"));
                input.Value += " and more";
                await next();
            });
        });
        Assert.Equal("x and more", await app.GetAsync("/echo?q=x"));
    }

    [Fact]
    public async Task Scope_OfAnInvocation_IsItsOwnAndDisposed()
    {
        var disposed = new List<Guid>();
        string[] first, second;
        await using (var app = await TestApp.StartAsync<Scoped>(builder =>
        {
            builder.ConfigureFunctionsWebApplication();
            builder.Services.AddSingleton(disposed).AddScoped<Counter>();
        }))
        {
            first = (await app.GetAsync("/scope")).Split(' ');
            second = (await app.GetAsync("/scope")).Split(' ');
        }

        // Asked after the host has drained: an answer can reach its client before the scope that made it is gone.
        Assert.Equal(first[0], first[1]);
        Assert.NotEqual(first[0], second[0]);
        Assert.Equal(new[] { first[0], second[0] }.Order(), disposed.Select(id => id.ToString()).Order());
    }

    [Fact]
    public async Task StartupFilter_InServices_RunsOutermostForRequestsOfFunctions()
    {
        await using var app = await TestApp.StartAsync<Samples>(builder =>
        {
            builder.ConfigureFunctionsWebApplication();
            builder.Services.AddSingleton<IStartupFilter, Stamp>();
        });
        using var known = await app.Client.GetAsync(new Uri("/text", UriKind.Relative));
        using var unknown = await app.Client.GetAsync(new Uri("/unknown", UriKind.Relative));
        Assert.True(known.Headers.Contains("x-stamp"));
        Assert.False(unknown.Headers.Contains("x-stamp"));
    }

    private sealed class Input(string name) : BindingMetadata
    {
        public override string Name { get; } = name;

        public override string Type => "httpTrigger";

        public override BindingDirection Direction => BindingDirection.In;
    }

    private sealed class Second(List<string> seen) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            seen.Add($"second {(context.GetHttpContext() is null ? "without" : "with")}");
            await next(context);
            seen.Add("second after");
        }
    }

    private sealed class Stamp : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                context.Response.Headers["x-stamp"] = "1";
                return following(context);
            });
            next(app);
        };
    }

    public sealed class Counter(List<Guid> disposed) : IDisposable
    {
        public Guid Id { get; } = Guid.NewGuid();

        public void Dispose() => disposed.Add(Id);
    }

    public sealed class Scoped(Counter counter)
    {
        [Function("Scope")]
        public IResult Scope([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
            Results.Text($"{counter.Id} {request.HttpContext.RequestServices.GetRequiredService<Counter>().Id}");
    }

    public sealed class Samples
    {
        [Function("Text")]
        public IResult Text([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text("text");

        [Function("Echo")]
        public IResult Echo([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, string q) => Results.Text(q);

        [Function("Throw")]
        public IResult Throw([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => throw new InvalidOperationException("thrown");

        [Function("BadResult")]
        public IResult BadResult([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "bad-result")] HttpRequest request) => new Bad();

        private sealed class Bad : IResult
        {
            public Task ExecuteAsync(HttpContext httpContext) => throw new InvalidOperationException("while writing");
        }
    }
}
