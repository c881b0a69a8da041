using System.Globalization;
using Crm.Entities;
using Crm.Platform.Auth;
using Crm.Tenants;

namespace Crm.Tests.Entities;

public sealed class WriteContextTests
{
    [Theory]
    [InlineData("UTC", "2026-03-29")]
    [InlineData("Europe/Berlin", "2026-03-30")]
    [InlineData("Pacific/Kiritimati", "2026-03-30")]
    [InlineData("America/Los_Angeles", "2026-03-29")]
    public void Today_IsTheDateWhereTheTenantIs(string timeZone, string today)
    {
        var tenant = new Tenant { Name = "Here", Slug = "here", BaseCurrency = "EUR", TimeZone = timeZone };
        var caller = Caller.System("here", "s", "S");

        var context = new WriteContext(new EntityCatalog([]), tenant, caller, (_, _) => [], new DateTimeOffset(2026, 3, 29, 22, 30, 0, TimeSpan.Zero), null, null);

        Assert.Equal(DateOnly.ParseExact(today, "O", CultureInfo.InvariantCulture), context.Today);
    }
}
