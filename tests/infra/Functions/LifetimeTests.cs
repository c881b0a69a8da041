using System.Net;
using System.Net.Sockets;
using Crm.Local.Functions.Catalog;
using Crm.Local.Functions.Settings;
using Crm.Local.Functions.Startup;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Crm.Local.Tests.Functions;

public class LifetimeTests
{
    private const string Account = "AccountEndpoint=http://127.0.0.1:8081/;AccountKey=C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

    [Fact]
    public async Task Start_ThatATriggerRefuses_LetsTheOthersFinishTheirsBeforeItStopsThem()
    {
        var slow = new OtherTrigger(async () => await Task.Delay(50));
        var refusing = new OtherTrigger(() => throw new StartException("not today"));
        var refused = await Assert.ThrowsAsync<StartException>(() => TestApp.StartAsync([], builder =>
        {
            builder.Services.AddSingleton<ITriggerListener>(slow);
            builder.Services.AddSingleton<ITriggerListener>(refusing);
        }));
        Assert.Equal("not today", refused.Message);
        Assert.Equal(["started", "stopped"], slow.Seen);
    }

    [Fact]
    public async Task Stop_WithARequestInFlight_LetsItFinish()
    {
        var gate = new Gate();
        var app = await TestApp.StartAsync<Waiting>(builder => Add(builder, gate));
        await using (app)
        {
            var answer = app.GetAsync("/wait");
            await gate.Entered.Task;
            var stopping = app.Host.StopAsync();
            Assert.False(stopping.IsCompleted);
            gate.Leave.SetResult();
            Assert.Equal("finished", await answer);
            await stopping;
        }
    }

    [Fact]
    public async Task Client_ThatDisconnects_CancelsTheFunction()
    {
        var gate = new Gate();
        await using var app = await TestApp.StartAsync<Waiting>(builder => Add(builder, gate));
        using var cancellation = new CancellationTokenSource();
        var answer = app.Client.GetAsync(new Uri("/cancelled", UriKind.Relative), cancellation.Token);
        await gate.Entered.Task;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await gate.Cancelled.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(app.Logs.Errors);
    }

    [Fact]
    public async Task Call_LongerThanTheFunctionTimeout_IsCancelled()
    {
        var gate = new Gate();
        await using var app = await TestApp.StartAsync<Waiting>(builder => Add(builder, gate), new()
        {
            HostJson = """{ "version": "2.0", "functionTimeout": "00:00:00.050", "extensions": { "http": { "routePrefix": "" } } }""",
        });
        Assert.Equal(500, await app.StatusAsync("/cancelled"));
        Assert.Single(app.Logs.Errors);
    }

    [Fact]
    public async Task Port_InUse_IsOneSentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var refused = await Assert.ThrowsAsync<StartException>(() => TestApp.StartAsync<RoutingTests.Text>(options: new() { Arguments = [$"--urls=http://127.0.0.1:{port}"] }));
        Assert.Contains($"{port}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("in use", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StorePort_InUse_IsOneSentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var refused = await Assert.ThrowsAsync<StartException>(() =>
            TestApp.StartAsync<RoutingTests.Text>(options: new() { Arguments = [$"--CRM_COSMOS_PORT={port}", $"--Cosmos={Account}"] }));
        Assert.Contains("CRM_COSMOS_PORT", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataFolder_OfARunningInstance_IsRefused()
    {
        await using var app = await TestApp.StartAsync<RoutingTests.Text>();
        var refused = await Assert.ThrowsAsync<StartException>(() => TestApp.StartAsync<RoutingTests.Text>(options: new() { Arguments = [$"--CRM_DATA={app.DataFolder}"] }));
        Assert.Contains("in use by another instance", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataFolder_ThatCannotBeMade_IsRefused()
    {
        var file = Path.GetTempFileName();
        var refused = await Assert.ThrowsAsync<StartException>(() => TestApp.StartAsync<RoutingTests.Text>(options: new() { Arguments = [$"--CRM_DATA={file}/data"] }));
        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task Options_NotValid_AreNamedInOneSentence()
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => TestApp.StartAsync<RoutingTests.Text>(builder =>
        {
            builder.ConfigureFunctionsWebApplication();
            builder.Services.AddOptions<Required>().Validate(_ => false, "The setting Lists__CursorKey is missing.").ValidateOnStart();
        }));
        Assert.Equal("The setting Lists__CursorKey is missing.", refused.Message);
    }

    [Fact]
    public async Task Cosmos_OnThisMachine_IsOpenForHostedServices()
    {
        await using var app = await TestApp.StartAsync<RoutingTests.Text>(
            builder =>
            {
                builder.ConfigureFunctionsWebApplication();
                builder.Services.AddSingleton(services => new CosmosClient(Account, services.GetRequiredService<IOptions<CosmosClientOptions>>().Value));
                builder.Services.AddHostedService<CreateDatabase>();
            },
            new() { Arguments = [$"--Cosmos={Account}"] });
        var client = app.Host.Services.GetRequiredService<CosmosClient>();
        Assert.Equal("crm", (await client.GetDatabase("crm").ReadAsync()).Resource.Id);
    }

    private static void Add(FunctionsApplicationBuilder builder, Gate gate)
    {
        builder.ConfigureFunctionsWebApplication();
        builder.Services.AddSingleton(gate);
    }

    private sealed class Required;

    private sealed class CreateDatabase(CosmosClient client) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => client.CreateDatabaseIfNotExistsAsync("crm", cancellationToken: cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    public sealed class Gate
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Leave { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public sealed class Waiting(Gate gate)
    {
        [Function("Wait")]
        public async Task<IResult> Wait([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
        {
            gate.Entered.SetResult();
            await gate.Leave.Task;
            return Results.Text("finished");
        }

        [Function("Cancelled")]
        public async Task<IResult> Cancel([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, CancellationToken cancellation)
        {
            gate.Entered.SetResult();
            await using var registration = cancellation.Register(gate.Cancelled.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return Results.Ok();
        }
    }

    /// <summary>A kind of trigger that no function has.</summary>
    private sealed class OtherTrigger(Func<Task> start) : ITriggerListener
    {
        public List<string> Seen { get; } = [];

        public Type TriggerAttribute => typeof(OtherTrigger);

        public IReadOnlyCollection<string> Addresses => [];

        public string? Example => null;

        public void Take(IReadOnlyList<LocalFunction> functions, HostJson hostJson)
        {
        }

        public Task StartAsync(CancellationToken cancellation)
        {
            var starting = start();
            return starting.ContinueWith(_ => Seen.Add("started"), TaskScheduler.Default);
        }

        public Task StopAsync(CancellationToken deadline)
        {
            Seen.Add("stopped");
            return Task.CompletedTask;
        }
    }
}
