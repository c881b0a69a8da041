using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using Crm.Platform.Telemetry;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Tests.Platform.Telemetry;

public sealed class TelemetryTests(TelemetryTests.ObservedApp app) : IClassFixture<TelemetryTests.ObservedApp>
{
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Fact]
    public async Task HistoryEntry_OfATracedRequest_CarriesTheTrace()
    {
        var created = await CreateAsync(("traceparent", Trace));

        var history = (await app.SendAsync("GET", $"/api/v1/teams/{created.Id()}/history")).Expect(200).Json;
        Assert.Equal(Trace, history["value"]![0]!["traceParent"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")]
    [InlineData("nonsense")]
    public async Task Change_OfARequestWithAFaultyTrace_CarriesNoneOfIt(string header)
    {
        var created = await CreateAsync(("traceparent", header));

        Assert.NotEqual(header, (await ChangeAsync(created))["traceParent"]?.GetValue<string>());
    }

    [Fact]
    public async Task Invocation_IsMeasuredInRequestUnits()
    {
        var measured = new ConcurrentQueue<(double Units, string? Entity)>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, subscription) => Subscribe(instrument, subscription) };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => measured.Enqueue((value, tags.ToArray().Single(tag => tag.Key == "entity").Value as string)));
        listener.Start();

        var created = (await app.PostAsync("contacts", new JsonObject { ["lastName"] = "Measured" })).Expect(201).Json;
        await app.ReadAsync(created);

        // A write's charge is that of its batch, a read's that of one point read, and at times of a look at the tenant's access.
        Assert.Contains(measured, measurement => measurement is ( > 5, "contacts"));
        Assert.Contains(measured, measurement => measurement is ( > 0 and < 5, "contacts"));

        static void Subscribe(Instrument instrument, MeterListener listener)
        {
            if (instrument == CrmTelemetry.RequestCharge)
                listener.EnableMeasurementEvents(instrument);
        }
    }

    [Fact]
    public async Task LogLine_SaysTenantEntityAndRequest()
    {
        app.Throttled = true;
        (await app.SendAsync("GET", "/api/v1/teams/none", headers: [("X-Request-Id", "the-request")])).Expect(503);
        app.Throttled = false;

        var line = app.Logs.Lines.Single(line => line.Text.Contains("the-request", StringComparison.Ordinal));
        Assert.Equal(("default", "teams", "the-request"), (line.Scope["TenantId"], line.Scope["Entity"], line.Scope["RequestId"]));
    }

    private async Task<JsonObject> CreateAsync(params (string, string)[] headers) =>
        (await app.PostAsync("teams", new JsonObject { ["name"] = CrmApp.Unique("Team") }, headers)).Expect(201).Json;

    private async Task<JsonObject> ChangeAsync(JsonObject record) =>
        (await app.DocumentsAsync(record)).Single(document => document["kind"]!.GetValue<string>() == "change");

    /// <summary>An app whose log lines are kept with their scopes, and whose database can be told to be busy when <c>none</c> is read.</summary>
    public sealed class ObservedApp : CrmApp
    {
        internal ScopedLogs Logs { get; } = new();

        internal bool Throttled { get; set; }

        protected override void Configure(FunctionsApplicationBuilder builder)
        {
            builder.Services.AddSingleton<ILoggerProvider>(Logs);
            builder.Services.PostConfigure<CosmosClientOptions>(options => options.CustomHandlers.Add(new Throttle(this)));
        }
    }

    private sealed class Throttle(ObservedApp app) : RequestHandler
    {
        public override Task<ResponseMessage> SendAsync(RequestMessage request, CancellationToken cancellationToken) =>
            app.Throttled && request.RequestUri.OriginalString.EndsWith("/docs/none", StringComparison.Ordinal) ? Task.FromResult(new ResponseMessage(HttpStatusCode.TooManyRequests)) : base.SendAsync(request, cancellationToken);
    }

    internal sealed class ScopedLogs : ILoggerProvider, ISupportExternalScope
    {
        private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

        public ConcurrentQueue<(string Text, Dictionary<string, object?> Scope)> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(this);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public void Dispose()
        {
        }

        private sealed class Logger(ScopedLogs logs) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                var values = new Dictionary<string, object?>();
                logs._scopes.ForEachScope((scope, into) =>
                {
                    foreach (var (name, value) in scope as IEnumerable<KeyValuePair<string, object?>> ?? [])
                        into[name] = value;
                }, values);
                logs.Lines.Enqueue((formatter(state, exception), values));
            }
        }
    }
}
