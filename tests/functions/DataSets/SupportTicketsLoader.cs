using System.Globalization;
using System.Text.Json.Nodes;
using Row = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace Crm.Tests.DataSets;

/// <summary>
/// Loads tickets as cases of contacts about products. A contact is known by e-mail and name together: in this set, people of different names share an
/// address. Tickets are sent in the state they are in.
/// </summary>
internal sealed class SupportTicketsLoader(DataSetLoad load)
{
    public static readonly IReadOnlyDictionary<string, string> Statuses = new Dictionary<string, string>
    {
        ["Open"] = "open",
        ["Pending Customer Response"] = "waitingCustomer",
        ["Closed"] = "closed",
    };

    public static readonly IReadOnlyDictionary<string, string> Priorities = new Dictionary<string, string>
    {
        ["Low"] = "low",
        ["Medium"] = "normal",
        ["High"] = "high",
        ["Critical"] = "urgent",
    };

    public static readonly IReadOnlyDictionary<string, string> Origins = new Dictionary<string, string>
    {
        ["Email"] = "email",
        ["Phone"] = "phone",
        ["Social media"] = "social",
        ["Chat"] = "chat",
    };

    /// <summary>Refunds and cancellations are asked for: no type of case is that.</summary>
    private static readonly Dictionary<string, string> Types = new()
    {
        ["Technical issue"] = "problem",
        ["Product inquiry"] = "question",
        ["Billing inquiry"] = "question",
    };

    private readonly Dictionary<string, string> _contacts = [];
    private readonly Dictionary<string, string> _products = [];

    public async Task LoadAsync(IReadOnlyList<Row> tickets)
    {
        await load.PostAllAsync("products", "products", tickets.DistinctBy(Product), Product, row =>
        {
            load.Report.Remark("a product has no price here; 0 is sent");
            return new JsonObject { ["sku"] = Product(row), ["name"] = Product(row), ["listPrice"] = 0 };
        }, _products);
        await load.PostAllAsync("contacts", "contacts", tickets.DistinctBy(Person), Person, row =>
        {
            load.Report.Remark("age and gender have no field and are left out");
            var (first, last) = DataSetLoad.Names(row["Customer Name"]);
            return new JsonObject
            {
                ["firstName"] = first,
                ["lastName"] = last,
                ["emails"] = new JsonArray(new JsonObject { ["address"] = row["Customer Email"], ["isPrimary"] = true }),
            };
        }, _contacts);
        await load.PostAllAsync(SupportTickets.File, "cases", tickets, row => row["Ticket ID"], Case);
    }

    /// <summary>Whether the file says that a ticket was settled before anybody had answered it.</summary>
    public static bool IsSettledBeforeAnswered(Row row) =>
        row["Time to Resolution"].Length > 0 && string.CompareOrdinal(row["Time to Resolution"], row["First Response Time"]) < 0;

    public static string Product(Row row) => row["Product Purchased"];

    public static string Person(Row row) => $"{row["Customer Email"].ToLowerInvariant()} {row["Customer Name"]}";

    private JsonObject Case(Row row)
    {
        load.Report.Remark("date of purchase has no field and is left out");
        load.Report.Remark("times of response and resolution are the server's to set and are left out");
        if (IsSettledBeforeAnswered(row))
            load.Report.Remark("settled before the first response, by the file's times");

        var ticket = new JsonObject
        {
            ["subject"] = row["Ticket Subject"],
            ["description"] = row["Ticket Description"],
            ["contactId"] = _contacts[Person(row)],
            ["productId"] = _products[Product(row)],
            ["status"] = Statuses[row["Ticket Status"]],
            ["priority"] = Priorities[row["Ticket Priority"]],
            ["origin"] = Origins[row["Ticket Channel"]],
            ["tags"] = new JsonArray(row["Ticket Type"]),
            ["externalIds"] = load.ExternalId(row["Ticket ID"]),
        };
        if (Types.TryGetValue(row["Ticket Type"], out var type))
            ticket["caseType"] = type;
        else
            load.Report.Remark($"{row["Ticket Type"]} is no type of case and is kept as a tag alone");
        if (row["Resolution"] is { Length: > 0 } resolution)
        {
            load.Report.Remark("a resolution has no code here; 'unspecified' is sent");
            ticket["resolution"] = new JsonObject { ["code"] = "unspecified", ["summary"] = resolution };
        }

        if (row["Customer Satisfaction Rating"] is { Length: > 0 } rating)
            ticket["satisfaction"] = decimal.Parse(rating, CultureInfo.InvariantCulture);
        return ticket;
    }
}
