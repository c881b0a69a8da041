using System.Globalization;
using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Platform.Paging;
using Crm.Query;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Query;

/// <summary>Macros: who asks, and when, in the place of values.</summary>
[Collection(SharedApp.Name)]
public sealed class FilterMacroTests(CrmApp app)
{
    private static readonly EntityType Opportunities = EntityType.Of<Opportunity>("opportunities");

    /// <summary>Half past midnight in Auckland, still the day before in UTC.</summary>
    private static readonly DateTimeOffset Now = new(2026, 6, 14, 12, 30, 0, 123, TimeSpan.Zero);

    [Theory]
    [InlineData("ownerId eq @me", "u1")]
    [InlineData("@me eq ownerId", "u1")]
    [InlineData("createdAt lt @now", "2026-06-14T12:30:00.123Z")]
    [InlineData("closeDate le @today", "2026-06-15")]
    [InlineData("createdAt ge @today", "2026-06-14T12:00:00.000Z")]
    [InlineData("@today le createdAt", "2026-06-14T12:00:00.000Z")]
    public void Macro_IsAValueOfItsField(string filter, string value) => Assert.Equal(value, Assert.Single(Read(filter).Parameters).Value);

    [Fact]
    public void MyTeams_AreAList()
    {
        var filter = Read("teamIds/any(t:t in @myTeams) and not (name in ('a', 'b') or contains(name, '@me'))");

        Assert.Equal(["t1", "t2", "a", "b", "@me"], filter.Parameters.Select(parameter => parameter.Value));
    }

    [Theory]
    [InlineData("ownerId eq @me", "")]
    [InlineData("teamIds/any(t:t in @myTeams)", "")]
    public void Macro_OfNobody_FindsNothing(string filter, string value) =>
        Assert.Equal(value, Assert.Single(Read(filter, new FilterMacros(null, new HashSet<string>(), Now, TimeZoneInfo.Utc)).Parameters).Value);

    [Fact]
    public void Today_WhereClocksAreSetForwardAtMidnight_BeginsAfterwards()
    {
        var santiago = new FilterMacros("u1", new HashSet<string>(), new DateTimeOffset(2026, 9, 6, 20, 0, 0, TimeSpan.Zero), TimeZoneInfo.FindSystemTimeZoneById("America/Santiago"));

        Assert.Equal("2026-09-06T04:00:00.000Z", Assert.Single(Read("createdAt ge @today", santiago).Parameters).Value);
    }

    [Theory]
    [InlineData("ownerId eq @you", "unsupported-filter", 11)]
    [InlineData("ownerId eq @myTeams", "unsupported-filter", 11)]
    [InlineData("amount eq @today", "invalid-filter", 10)]
    [InlineData("closeDate eq @now", "invalid-filter", 13)]
    [InlineData("ownerId eq @me and foo eq 1", "unknown-field", 19)]
    [InlineData("ownerId eq @me and (name eq 'a'", "invalid-filter", 31)]
    [InlineData("ownerId eq @me name eq 'a'", "invalid-filter", 15)]
    public void Filter_WithMacros_IsRefusedWhereItsTextIsWrong(string filter, string code, int position)
    {
        var errors = new FilterErrors();

        Assert.Null(Filter.Read(Opportunities, filter, errors, new ListOptions(), Macros));

        Assert.Equal((code, position), (errors.All[0].Code, errors.All[0].Position));
    }

    [Fact]
    public async Task List_OfMine_HasTheCallersOwn()
    {
        JsonArray grants = [new JsonObject { ["entity"] = "leads", ["create"] = true, ["read"] = "all" }];
        using var client = await app.ClientForAsync(await app.NewRoleAsync(grants));
        await app.CreateAsync("leads");
        var mine = (await client.SendAsync("POST", "/api/v1/leads", new JsonObject { ["lastName"] = "Mine" })).Expect(201).Json;

        (await client.SendAsync("GET", "/api/v1/leads?filter=ownerId eq @me and createdAt ge @today and createdAt le @now")).ExpectIds(mine.Id());
    }

    [Fact]
    public async Task List_GoesOnInTheTimeItBegan()
    {
        var marker = CrmApp.Unique("now");
        string[] ids = [(await app.CreateAsync("leads", ("companyName", marker))).Id(), (await app.CreateAsync("leads", ("companyName", marker))).Id()];
        var page = (await app.ListAsync("leads", ("filter", $"companyName eq '{marker}' and createdAt le @now"), ("maxpagesize", "1"))).Expect(200).Json;
        var later = (await app.CreateAsync("leads", ("companyName", marker))).Id();

        var seen = new List<string> { page["value"]![0]!.Id() };
        while (page["nextLink"]?.GetValue<string>() is { } next)
        {
            page = (await app.SendAsync("GET", next)).Expect(200).Json;
            seen.AddRange(page["value"]!.AsArray().Select(row => row!.Id()));
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(later, seen);
    }

    private static FilterMacros Macros => new("u1", new HashSet<string> { "t2", "t1" }, Now, TimeZoneInfo.FindSystemTimeZoneById("Pacific/Auckland"));

    private static SqlPredicate Read(string filter, FilterMacros? macros = null)
    {
        var errors = new FilterErrors();
        var read = Filter.Read(Opportunities, filter, errors, new ListOptions(), macros ?? Macros);
        Assert.True(read is not null, string.Join("; ", errors.All.Select(error => string.Create(CultureInfo.InvariantCulture, $"{error.Position}: {error.Detail}"))));
        return read;
    }
}
