using System.Globalization;
using Xunit.Abstractions;
using Row = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace Crm.Tests.DataSets;

/// <summary>Tickets as cases: what is counted in the CRM is what the file has.</summary>
public abstract class SupportTicketsTests(SupportTickets crm, ITestOutputHelper output)
{
    [DataSetFact(SupportTickets.Name)]
    public void Load_OfTheTickets_PlacesEachAndReportsTheRest()
    {
        output.WriteLine($"{crm.Report}\nin {crm.LoadTime.TotalSeconds:0.0} s");

        Assert.Empty(crm.Report.Refused);
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["products"] = crm.Tickets.DistinctBy(SupportTicketsLoader.Product).Count(),
                ["contacts"] = crm.Tickets.DistinctBy(SupportTicketsLoader.Person).Count(),
                [SupportTickets.File] = crm.Tickets.Count,
            },
            crm.Report.Placed);
        Assert.Equal(crm.Tickets.Count(SupportTicketsLoader.IsSettledBeforeAnswered), crm.Report.Remarks["settled before the first response, by the file's times"]);
    }

    [DataSetFact(SupportTickets.Name)]
    public async Task Count_ByStatusPriorityChannelAndType_IsAsInTheFile()
    {
        await AssertCountsAsync("Ticket Status", value => $"status eq '{SupportTicketsLoader.Statuses[value]}'");
        await AssertCountsAsync("Ticket Priority", value => $"priority eq '{SupportTicketsLoader.Priorities[value]}'");
        await AssertCountsAsync("Ticket Channel", value => $"origin eq '{SupportTicketsLoader.Origins[value]}'");
        await AssertCountsAsync("Ticket Type", value => $"tags/any(t:t eq '{value}')");
        await AssertCountsAsync("Ticket Subject", value => $"subject eq '{value}'");
    }

    [DataSetFact(SupportTickets.Name)]
    public async Task Ratings_OfClosedCases_AddUpByPriority()
    {
        var rated = crm.Tickets.Where(row => row["Customer Satisfaction Rating"].Length > 0).ToLookup(row => SupportTicketsLoader.Priorities[row["Ticket Priority"]], Rating);

        var closed = await crm.WalkAsync("cases?maxpagesize=200&select=priority,satisfaction&filter=status eq 'closed'");

        Assert.Equal(
            rated.Select(ratings => (ratings.Key, ratings.Count(), ratings.Sum())).Order(),
            closed.GroupBy(one => (string)one["priority"]!).Select(ratings => (ratings.Key, ratings.Count(), ratings.Sum(one => (decimal)one["satisfaction"]!))).Order());
    }

    [DataSetFact(SupportTickets.Name)]
    public async Task Texts_OfCasesAndNames_ComeBackAsTheyWere()
    {
        var names = (await crm.WalkAsync("contacts?maxpagesize=200&select=fullName,emails")).ToDictionary(
            contact => (string)contact["id"]!, contact => ((string)contact["emails"]![0]!["address"]!, (string)contact["fullName"]!));

        var cases = await crm.WalkAsync("cases?maxpagesize=200&select=description,resolution,contactId,externalIds");

        Assert.Equal(
            crm.Tickets.ToDictionary(row => row["Ticket ID"], row => (row["Ticket Description"], row["Resolution"], (row["Customer Email"], row["Customer Name"]))),
            cases.ToDictionary(
                one => (string)one["externalIds"]![0]!["id"]!,
                one => ((string)one["description"]!, (string?)one["resolution"]?["summary"] ?? "", names[(string)one["contactId"]!])));
    }

    private async Task AssertCountsAsync(string column, Func<string, string> filter)
    {
        foreach (var alike in crm.Tickets.GroupBy(row => row[column]))
            Assert.Equal((alike.Key, alike.Count()), (alike.Key, await crm.CountAsync("cases", filter(alike.Key))));
    }

    private static decimal Rating(Row row) => decimal.Parse(row["Customer Satisfaction Rating"], CultureInfo.InvariantCulture);
}

public sealed class SomeSupportTicketsTests(SomeSupportTickets crm, ITestOutputHelper output) : SupportTicketsTests(crm, output), IClassFixture<SomeSupportTickets>
{
    /// <summary>What is loaded is compared with the file; here, the file with what is known of it.</summary>
    [DataSetFact(SupportTickets.Name)]
    public void File_AsItIsRead_IsAsKnown()
    {
        var rows = crm.Rows(SupportTickets.File);

        foreach (var column in new[] { "Ticket Status", "Ticket Priority", "Ticket Channel", "Ticket Type", "Ticket Subject", "Customer Satisfaction Rating" })
            Assert.Equal(crm.Facts[$"by_{column}"]!.AsObject().Select(known => (known.Key, (int)known.Value!)).Order(), rows.GroupBy(row => row[column]).Select(alike => (alike.Key, alike.Count())).Order());
        Assert.Equal(
            ((int)crm.Facts["rows"]!, (int)crm.Facts["products"]!, (int)crm.Facts["distinct_email_name_pairs"]!, (int)crm.Facts["closed"]!["resolved_before_first_response"]!),
            (rows.Count, rows.DistinctBy(SupportTicketsLoader.Product).Count(), rows.DistinctBy(SupportTicketsLoader.Person).Count(), rows.Count(SupportTicketsLoader.IsSettledBeforeAnswered)));
    }
}

[Trait("Category", "Long")]
public sealed class AllSupportTicketsTests(AllSupportTickets crm, ITestOutputHelper output) : SupportTicketsTests(crm, output), IClassFixture<AllSupportTickets>;
