using System.Text.Json.Nodes;

namespace Crm.Benchmarks.Api;

/// <summary>Made-up people: enough names to sort by, few enough titles and sources for a filter to find hundreds.</summary>
internal static class Contacts
{
    private static readonly string[] First = ["Ada", "Bjørn", "Chen", "Daria", "Emre", "Fatou", "Giulia", "Hugo", "Ines", "Jonas", "Kaori", "Lars", "Mina", "Noah", "Olga", "Pavel"];
    private static readonly string[] Last = ["Andersen", "Bauer", "Costa", "Dubois", "Eriksen", "Ferrari", "García", "Horvat", "Ivanova", "Jensen", "Kowalski", "Lindqvist", "Müller", "Novák", "Okafor", "Petrov"];
    private static readonly string[] Titles = ["Engineer", "Buyer", "Director", "Accountant", "Owner", "Planner", "Consultant", "Assistant", "Foreman", "Designer"];
    private static readonly string[] Sources = ["web", "referral", "event", "call"];

    public static JsonObject New(Random random)
    {
        var (first, last) = (Pick(First, random), $"{Pick(Last, random)} {random.Next(10_000)}");
        return new JsonObject
        {
            ["firstName"] = first,
            ["lastName"] = last,
            ["jobTitle"] = Pick(Titles, random),
            ["source"] = Pick(Sources, random),
            ["departmentName"] = "Operations",
            ["emails"] = new JsonArray(new JsonObject { ["address"] = $"contact{random.Next()}@example.com", ["kind"] = "work", ["isPrimary"] = true }),
            ["phones"] = new JsonArray(new JsonObject { ["number"] = $"+4930{random.Next(1_000_000, 9_999_999)}", ["kind"] = "work", ["isPrimary"] = true }),
            ["mailingAddress"] = new JsonObject { ["line1"] = $"Market Street {random.Next(200)}", ["city"] = "Berlin", ["postalCode"] = "10115", ["country"] = "DE" },
            ["tags"] = new JsonArray("benchmark"),
            ["description"] = "Met at the trade fair; asked for the price list and a call in the new year.",
        };
    }

    public static string Filter(Random random) => $"jobTitle eq '{Pick(Titles, random)}' and source eq '{Pick(Sources, random)}'";

    public static string Pick(string[] from, Random random) => from[random.Next(from.Length)];
}
