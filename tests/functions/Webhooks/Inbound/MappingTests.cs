using System.Text;
using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;
using Crm.Tests.Orders;
using static Crm.Tests.Webhooks.Inbound.Senders;

namespace Crm.Tests.Webhooks.Inbound;

/// <summary>What becomes of events by the mappings that are declared for them.</summary>
[Collection(SharedApp.Name)]
public sealed class MappingTests(CrmApp app)
{
    /// <summary>A web form, as forms are sent: texts alone, blanks for what was left out, a name twice, a signature of the body.</summary>
    [Fact]
    public async Task Form_BecomesALead()
    {
        var (email, secret) = ($"{Guid.NewGuid():N}@example.com", "the secret of the form's sender");
        var sender = await app.SenderAsync(
            "leads",
            [
                From("/firstName", "/first name"), From("/lastName", "/last"), From("/email", "/email"), From("/phone", "/phone"), From("/estimatedValue", "/budget"), From("/tags", "/topic"),
                From("/source", "/utm_source"), Value("/source", "web"), Template("/description", "{{ body.message | strip | truncate: 20 }} ({{ body.topic | join: ', ' }})"),
                Value("/externalIds/0/source", "form"), From("/externalIds/0/id", "/id"),
            ],
            ("signature", Plain()));
        (await app.SendAsync("POST", $"{sender.Webhook.Path()}/rotate-secret", new JsonObject { ["secret"] = secret })).Expect(200);
        var id = Guid.NewGuid().ToString("N");
        var form = $"id={id}&first+name=J%C3%BCrgen&last=M%C3%BCller+%26+S%C3%B6hne&email={email}&phone=&budget=1250.50&topic=pumps&topic=valves&utm_source=&message=++Please+call+me+back+soon,+thanks";

        var received = (await sender.SendPlainAsync(Encoding.ASCII.GetBytes(form), "application/x-www-form-urlencoded", secret)).Expect(202);
        await ExpectProcessedAsync(sender, received);

        var lead = Assert.Single((await app.ListAsync("leads", ("filter", $"email eq '{email}'"))).Expect(200).Json["value"]!.AsArray())!;
        Assert.Equal(("Jürgen", "Müller & Söhne", 1250.5m, "web"), ((string?)lead["firstName"], (string?)lead["lastName"], (decimal)lead["estimatedValue"]!, (string?)lead["source"]));
        Assert.Equal("Please call me ba... (pumps, valves)", (string?)lead["description"]);
        Assert.Equal("""["pumps","valves"]""", lead["tags"]!.ToJsonString());
        Assert.Equal(id, (string?)lead["externalIds"]![0]!["id"]);
        Assert.Null(lead["phone"]);
    }

    [Fact]
    public async Task ShopOrder_BecomesADraftWithItsLines()
    {
        var (pump, valve) = ((await app.StockedAsync(0, price: 20)).Product, (await app.StockedAsync(0, price: 3)).Product);
        var shop = CrmApp.Unique("shop");
        var sender = await app.SenderAsync(
            "orders",
            [
                Find("/customerId", "/customer/id", "customers", "externalIds", shop), Find("/customerId", "/customer/email", "customers", "email"), From("/currency", "/currency"),
                From("/customerReference", "/name"), Template("/orderDate", "{{ body.created_at | date: '%Y-%m-%d' }}"), From("/shippingAddress/city", "/ship_to/town"), From("/shippingAddress/country", "/ship_to/country_code"),
                new JsonObject
                {
                    ["to"] = "/lines",
                    ["each"] = "/line_items",
                    ["fields"] = new JsonArray(Find("/productId", "/sku", "products", "sku"), From("/quantity", "/quantity"), Template("/unitPrice", "{% if item.price != body.none %}{{ item.price }}{% endif %}")),
                },
            ],
            ("match", new JsonObject { ["by"] = "externalIds", ["source"] = shop, ["from"] = "/id" }), ("mode", "upsert"));
        var email = $"{Guid.NewGuid():N}@example.com";
        var contact = (await app.PostAsync("contacts", new JsonObject { ["lastName"] = "Buyer", ["emails"] = new JsonArray(new JsonObject { ["address"] = email }) })).Expect(201).Json;
        var byEmail = (await app.PostAsync("customers", new JsonObject { ["kind"] = "individual", ["contactId"] = contact.Id() })).Expect(201).Json;
        var other = await app.BuyerAsync();
        (await app.PatchAsync(other, new JsonObject { ["externalIds"] = new JsonArray(new JsonObject { ["source"] = shop, ["id"] = "77" }) })).Expect(200);

        foreach (var (id, customer, expected) in new[] { (5001, new JsonObject { ["id"] = 77, ["email"] = email }, other), (5002, new JsonObject { ["id"] = 78, ["email"] = email.ToUpperInvariant() }, byEmail) })
        {
            var settled = await sender.DeliverAsync($"msg_{id}", Order(id, customer, (pump, 2, 19.5m), (valve, 10, null)));

            Assert.True((string?)settled["state"] == "processed", settled.ToJsonString());
            var order = (await app.SendAsync("GET", $"/api/v1/orders/{settled["record"]!["id"]}")).Expect(200).Json;
            Assert.Equal((expected.Id(), "draft", "#1001", "2026-03-04"), ((string?)order["customerId"], (string?)order["status"], (string?)order["customerReference"], (string?)order["orderDate"]));
            Assert.Equal((69m, "Oslo"), ((decimal)order["subtotal"]!, (string?)order["shippingAddress"]!["city"]));
            Assert.Equal([(string?)pump["sku"], (string?)valve["sku"]], order["lines"]!.AsArray().Select(line => (string?)line!["sku"]));
            Assert.Equal($"{id}", (string?)order["externalIds"]![0]!["id"]);
        }

        // The same order once more, as the shop changed it.
        var changed = await sender.DeliverAsync("msg_5003", Order(5001, new JsonObject { ["id"] = 77 }, (valve, 1, null)));
        Assert.Equal("processed", (string?)changed["state"]);
        Assert.Single((await app.SendAsync("GET", $"/api/v1/orders/{changed["record"]!["id"]}")).Expect(200).Json["lines"]!.AsArray());

        JsonObject Order(int id, JsonObject customer, params (JsonObject Product, int Quantity, decimal? Price)[] lines) => new()
        {
            ["id"] = id,
            ["name"] = "#1001",
            ["currency"] = "EUR",
            ["created_at"] = "2026-03-04T23:30:00Z",
            ["customer"] = customer,
            ["ship_to"] = new JsonObject { ["town"] = "Oslo", ["country_code"] = "NO" },
            ["line_items"] = new JsonArray([.. lines.Select(line => new JsonObject { ["sku"] = line.Product["sku"]!.DeepClone(), ["quantity"] = $"{line.Quantity}", ["price"] = line.Price?.ToString(System.Globalization.CultureInfo.InvariantCulture) })]),
        };
    }

    [Fact]
    public async Task Update_ChangesTheRecordThatItFinds_AndNoOther()
    {
        var product = (await app.StockedAsync(0)).Product;
        var sender = await app.SenderAsync("products", [From("/name", "/title"), From("/listPrice", "/price")], ("mode", "update"), ("match", new JsonObject { ["by"] = "sku", ["from"] = "/sku" }));

        Assert.Equal("processed", (string?)(await sender.DeliverAsync("1", new JsonObject { ["sku"] = product["sku"]!.DeepClone(), ["title"] = "New", ["price"] = "12.30" }))["state"]);
        var lost = await sender.DeliverAsync("2", new JsonObject { ["sku"] = "no such", ["title"] = "New" });
        var none = await sender.DeliverAsync("3", new JsonObject { ["title"] = "New" });

        var read = (await app.ReadAsync(product)).Json;
        Assert.Equal(("New", 12.3m, 2), ((string?)read["name"], (decimal)read["listPrice"]!, (int)read["version"]!));
        Assert.Equal(("failed", "#/match", "no-such-record"), ((string?)lost["state"], (string?)lost["errors"]![0]!["pointer"], (string?)lost["errors"]![0]!["code"]));
        Assert.Equal("#/match/from", (string?)none["errors"]![0]!["pointer"]);
    }

    [Fact]
    public async Task Condition_LeavesOutWhatIsOfNoInterest()
    {
        var (sender, name) = (await app.LeadSenderAsync(("when", new JsonObject { ["from"] = "/type", ["in"] = new JsonArray("signup", "7") })), CrmApp.Unique("lead"));

        Assert.Equal("ignored", (string?)(await sender.DeliverAsync("1", new JsonObject { ["type"] = "ping", ["name"] = name }))["state"]);
        Assert.Equal("ignored", (string?)(await sender.DeliverAsync("2", new JsonObject { ["name"] = name }))["state"]);
        Assert.Equal("processed", (string?)(await sender.DeliverAsync("3", new JsonObject { ["type"] = 7, ["name"] = name }))["state"]);
        Assert.Single(await app.LeadsAsync(name));
    }

    [Fact]
    public async Task Event_ThatDoesNotFit_FailsWithEveryReason()
    {
        var sender = await app.SenderAsync("orders",
        [
            Find("/customerId", "/buyer", "customers", "email"), From("/currency", "/currency"), From("/discountPercent", "/discount"),
            new JsonObject { ["to"] = "/lines", ["each"] = "/items", ["fields"] = new JsonArray(Find("/productId", "/sku", "products", "sku"), From("/quantity", "/n")) },
        ]);

        var lost = await sender.DeliverAsync("1", new JsonObject { ["buyer"] = "nobody@example.com", ["items"] = new JsonArray(new JsonObject { ["sku"] = "no such" }) });
        Assert.Equal(["#/mapping/0 no-such-record", "#/mapping/3/fields/0 no-such-record"], Reasons(lost));
        Assert.Contains("nobody@example.com", lost["errors"]![0]!["detail"]!.GetValue<string>(), StringComparison.Ordinal);

        var wrong = await sender.DeliverAsync("2", new JsonObject { ["currency"] = "money", ["discount"] = "much", ["items"] = new JsonArray(new JsonObject { ["n"] = -1 }) });
        Assert.Equal(["#/currency format", "#/customerId required", "#/discountPercent type", "#/lines/0/quantity min"], Reasons(wrong));

        var endless = await sender.DeliverAsync("3", new JsonObject { ["currency"] = "EUR", ["items"] = new JsonArray([.. Enumerable.Range(0, 101).Select(_ => new JsonObject())]) });
        Assert.Equal(["#/mapping/3/each type"], Reasons(endless));

        static IEnumerable<string> Reasons(JsonObject failed) => failed["errors"]!.AsArray().Select(error => $"{error!["pointer"]} {error["code"]}").Order(StringComparer.Ordinal);
    }

    /// <summary>What its owner may not do, no event does; and what its owner may not see, no event names.</summary>
    [Fact]
    public async Task Event_HasTheRightsOfTheOwner()
    {
        var grants = new JsonArray(
            new JsonObject { ["entity"] = "inbound-webhooks", ["create"] = true, ["read"] = "all", ["update"] = "all" }, new JsonObject { ["entity"] = "users", ["read"] = "all" },
            new JsonObject { ["entity"] = "orders", ["create"] = true, ["read"] = "own" }, new JsonObject { ["entity"] = "customers", ["read"] = "own" });
        var (user, client) = await app.NewUserAsync(await app.NewRoleAsync(grants, null, "manageWebhooks"));
        var customer = await app.BuyerAsync();
        var source = CrmApp.Unique("shop");
        (await app.PatchAsync(customer, new JsonObject { ["externalIds"] = new JsonArray(new JsonObject { ["source"] = source, ["id"] = "1" }) })).Expect(200);

        var leads = await SenderOfAsync(client, "leads", [From("/lastName", "/name")]);
        var orders = await SenderOfAsync(client, "orders", [Find("/customerId", "/buyer", "customers", "externalIds", source), Value("/currency", "EUR")]);

        Assert.Equal("forbidden", (string?)(await leads.DeliverAsync("1", new JsonObject { ["name"] = "x" }))["code"]);
        Assert.Equal("no-such-record", (string?)(await orders.DeliverAsync("1", new JsonObject { ["buyer"] = 1 }))["errors"]![0]!["code"]);

        (await app.SendAsync("PATCH", user.Path(), new JsonObject { ["status"] = "suspended" }, ("If-Match", "*"))).Expect(200);
        await Eventually.GetAsync(() => orders.DeliverAsync(Guid.NewGuid().ToString(), new JsonObject { ["buyer"] = 1 }), failed => ((string)failed["detail"]!).Contains("no active user", StringComparison.Ordinal), "the owner has no rights any more");

        async Task<Sender> SenderOfAsync(HttpClient of, string target, JsonArray mapping) =>
            new(app, (await of.SendAsync("POST", "/api/v1/inbound-webhooks", new JsonObject { ["target"] = target, ["mapping"] = mapping })).Expect(201).Json);
    }

    private static async Task ExpectProcessedAsync(Sender sender, Answer received)
    {
        var settled = await sender.SettledAsync(received.Json.Id());
        Assert.True((string?)settled["state"] == "processed", settled.ToJsonString());
    }
}
