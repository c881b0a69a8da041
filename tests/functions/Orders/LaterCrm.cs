using System.Globalization;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Orders;

/// <summary>A CRM in which days pass at once.</summary>
public sealed class LaterCrm : CrmApp
{
    private readonly MovableClock _clock = new();

    /// <summary>Moves on to noon of so many days after a date. Who was signed in is so no longer, and signs in again.</summary>
    public async Task AdvanceToAsync(string date, int days)
    {
        _clock.Advance(DateTimeOffset.Parse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddDays(days).AddHours(12) - _clock.GetUtcNow());
        Client.DefaultRequestHeaders.Authorization = null;
        await Client.SignInAsync("admin@example.com", AdminPassword);
    }

    protected override void Configure(FunctionsApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(_clock);
}
