using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Tests.Access;

/// <summary>An app whose log is kept, down to what only developers ask for.</summary>
public sealed class LoggedApp : CrmApp
{
    public ConcurrentQueue<string> Lines { get; } = new();

    protected override void Configure(FunctionsApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ILoggerProvider>(new Recorder(Lines));
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug));
    }

    private sealed class Recorder(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
    }
}

public sealed class LogTests(LoggedApp app) : IClassFixture<LoggedApp>
{
    [Fact]
    public async Task Log_HoldsNoSecretTokenOrPersonalData()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        var user = await app.CreateAsync("users", ("email", email), ("name", "Ludmilla Unmistakable"));
        var invitation = (string)(await app.SendAsync("POST", $"/auth/users/{user.Id()}/invitation")).Expect(201).Json["token"]!;
        using var client = app.NewClient();
        var tokens = (await client.SendAsync("POST", "/auth/password/set", new JsonObject { ["token"] = invitation, ["newPassword"] = "Xylophone-Quartet-7" })).Expect(200).Json;
        await client.SignInAsync(email, "Xylophone-Quartet-7");
        (await client.SendAsync("POST", "/auth/token", new JsonObject { ["grant_type"] = "password", ["username"] = email, ["password"] = "Wrong-Xylophone" })).Expect(400);
        (await client.SendAsync("POST", "/auth/token", new JsonObject { ["grant_type"] = "refresh_token", ["refresh_token"] = "default.broken.token" })).Expect(400);
        (await client.SendAsync("POST", "/auth/password/reset", new JsonObject { ["username"] = email })).Expect(202);
        var key = await app.NewKeyAsync("sales", "*:read");
        (await app.NewClient().Use(key).SendAsync("GET", "/api/v1/contacts")).Expect(200);
        (await app.NewClient().Use(key + "x").SendAsync("GET", "/api/v1/contacts")).Expect(401);
        (await app.PostAsync("contacts", new JsonObject { ["lastName"] = "Unmistakable", ["emails"] = "wrong" })).Expect(422);

        string[] secrets = [email, "Unmistakable", "Xylophone", invitation, key[^43..], (string)tokens["access_token"]!, (string)tokens["refresh_token"]!, CrmApp.AdminPassword, CrmApp.PlatformKey];
        Assert.NotEmpty(app.Lines);
        foreach (var line in app.Lines)
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, line, StringComparison.OrdinalIgnoreCase));
    }
}
