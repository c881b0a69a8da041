using System.Net;
using System.Text.Json.Nodes;
using Crm.Tests.Entities.Types;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Leads;

[Collection(SharedApp.Name)]
public sealed class ConvertLeadTests(CrmApp app) : RuleTests(app)
{
    [Fact]
    public async Task Convert_WithNothingSaid_MakesAllThreeOfTheLead()
    {
        var lead = await NewLeadAsync();

        var converted = Ok(await ConvertAsync(lead, []));

        Assert.Equal("converted", Text(converted, "status"));
        Assert.Equal(Text(converted, "updatedAt"), Text(converted, "convertedAt"));
        var (account, contact, opportunity) = await MadeAsync(converted);
        Assert.Equal(Text(lead, "companyName"), Text(account, "name"));
        Assert.Equal(Text(lead, "website"), Text(account, "website"));
        Assert.Null(account["email"]);
        Assert.Equal(Text(lead, "fullName"), Text(contact, "fullName"));
        Assert.Equal(Text(lead, "email"), Text(contact["emails"]![0]!, "address"));
        Assert.Equal(Text(lead, "phone"), Text(contact["phones"]![0]!, "number"));
        Assert.Equal(Id(account), Text(contact["accounts"]![0]!, "accountId"));
        Assert.Equal(Text(lead, "companyName"), Text(opportunity, "name"));
        Assert.Equal(12500.75m, opportunity["amount"]!.GetValue<decimal>());
        Assert.Equal(Id(account), Text(opportunity, "accountId"));
        Assert.Equal(Id(contact), Text(opportunity["contacts"]![0]!, "contactId"));
        Assert.All([account, contact, opportunity], record => Assert.Equal(Text(lead, "ownerId"), Text(record, "ownerId")));
    }

    [Fact]
    public async Task Convert_WithFieldsOfItsOwn_PrefersThemToTheLeads()
    {
        var lead = await NewLeadAsync();

        var converted = Ok(await ConvertAsync(lead, Parse("""
            {"account":{"create":{"name":"Annet navn","website":null}},"contact":{"create":{"jobTitle":"CEO","accounts":[]}},"opportunity":{"create":{"name":"First","amount":7}}}
            """)));

        var (account, contact, opportunity) = await MadeAsync(converted);
        Assert.Equal("Annet navn", Text(account, "name"));
        Assert.Null(account["website"]);
        Assert.Equal("CEO", Text(contact, "jobTitle"));
        Assert.Empty(contact["accounts"]!.AsArray());
        Assert.Equal("First", Text(opportunity, "name"));
        Assert.Equal(7, opportunity["amount"]!.GetValue<decimal>());
    }

    [Fact]
    public async Task Convert_ToRecordsThereAre_LinksThem()
    {
        var lead = await NewLeadAsync();
        var (account, contact) = (await App.CreateAsync("accounts"), await App.CreateAsync("contacts"));

        var converted = Ok(await ConvertAsync(lead, new()
        {
            ["account"] = new JsonObject { ["linkId"] = Id(account) },
            ["contact"] = new JsonObject { ["linkId"] = Id(contact) },
            ["opportunity"] = null,
        }));

        Assert.Equal(Id(account), Text(converted, "convertedAccountId"));
        Assert.Equal(Id(contact), Text(converted, "convertedContactId"));
        Assert.Null(converted["convertedOpportunityId"]);
        Assert.True(JsonNode.DeepEquals(contact, await ReadAsync(contact)));
    }

    [Fact]
    public async Task Convert_OfACompanyAlone_GivesTheAccountItsEmail()
    {
        var lead = Ok(await PostAsync("leads", new() { ["companyName"] = "株式会社", ["email"] = "info@kk.example" }));

        var converted = Ok(await ConvertAsync(lead, Parse("""{"opportunity":null}""")));

        Assert.Null(converted["convertedContactId"]);
        Assert.Equal("info@kk.example", Text(await ReadAsync(Record("accounts", converted, "convertedAccountId")), "email"));
    }

    [Fact]
    public async Task Convert_Repeated_AnswersThePresentState()
    {
        var lead = await NewLeadAsync();
        var converted = Ok(await ConvertAsync(lead, []));

        var again = Ok(await ConvertAsync(lead, Parse("""{"account":{"create":{"name":"Another"}}}"""), ("If-Match", "\"1\"")));

        Assert.True(JsonNode.DeepEquals(converted, again));
        Assert.Equal(1, await CountAsync("accounts", lead));
    }

    [Fact]
    public async Task Convert_WithAKeySentAgain_IsReplayed()
    {
        var lead = await NewLeadAsync();
        var converted = await ConvertAsync(lead, [], ("Idempotency-Key", "k"));

        var again = await ConvertAsync(lead, [], ("Idempotency-Key", "k"));
        var other = await ConvertAsync(lead, Parse("""{"opportunity":null}"""), ("Idempotency-Key", "k"));

        Assert.Equal("true", again.Headers["Idempotent-Replayed"]);
        Assert.True(JsonNode.DeepEquals(converted.Body, again.Body));
        Assert.Equal("idempotency-key-reused", other.Code);
    }

    [Fact]
    public async Task Convert_AtOnce_MakesOneOfEach()
    {
        var lead = await NewLeadAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ConvertAsync(lead, [])));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(1, await CountAsync("accounts", lead));
        Assert.Single(answers.Select(answer => Text(answer.Json, "convertedOpportunityId")).Distinct());
    }

    [Fact]
    public async Task Convert_CutShortAfterTheAccount_GoesOnWithIt()
    {
        var lead = await NewLeadAsync();
        var taken = (await App.CreateAsync("contacts", ("externalIds", new JsonArray(new JsonObject { ["source"] = "erp", ["id"] = CrmApp.Unique("c") }))))["externalIds"]!;
        var cut = await ConvertAsync(lead, new() { ["contact"] = new JsonObject { ["create"] = new JsonObject { ["externalIds"] = taken.DeepClone() } } });
        Assert.Equal("duplicate", cut.Code);
        Assert.Equal(1, await CountAsync("accounts", lead));
        Assert.Equal("new", Text(await ReadAsync(lead), "status"));

        var converted = Ok(await ConvertAsync(lead, []));

        Assert.Equal(1, await CountAsync("accounts", lead));
        await MadeAsync(converted);
    }

    [Fact]
    public async Task Convert_AfterWhatWasMadeIsDeleted_MakesItAnew()
    {
        var lead = await NewLeadAsync();
        var taken = (await App.CreateAsync("contacts", ("externalIds", new JsonArray(new JsonObject { ["source"] = "erp", ["id"] = CrmApp.Unique("c") }))))["externalIds"]!;
        await ConvertAsync(lead, new() { ["contact"] = new JsonObject { ["create"] = new JsonObject { ["externalIds"] = taken.DeepClone() } } });
        var account = (await FindAsync("accounts", lead)).Single()!;
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(account)).Status);

        var converted = Ok(await ConvertAsync(lead, []));

        Assert.NotEqual(Id(account), Text(converted, "convertedAccountId"));
        await MadeAsync(converted);
    }

    [Fact]
    public async Task Convert_WithInvalidParts_NamesEveryErrorAndMakesNothing()
    {
        var lead = await NewLeadAsync();

        Refused(
            await ConvertAsync(lead, Parse("""{"account":{"create":{"name":"","email":"x"}},"contact":{"create":{"lastName":null}},"opportunity":{"create":{"amount":-1}}}""")),
            "#/account/create/email format", "#/account/create/name min-length", "#/contact/create/lastName required", "#/opportunity/create/amount min");
        Refused(
            await ConvertAsync(lead, Parse("""{"contact":{"create":{"reportsToId":"none"}},"opportunity":{"create":{"stageId":"none"}}}""")),
            "#/contact/create/reportsToId unknown-reference", "#/opportunity/create/stageId unknown-stage");
        Assert.Equal(0, await CountAsync("accounts", lead));
        Assert.Equal(1, (int)(await ReadAsync(lead))["version"]!);
    }

    [Theory]
    [InlineData("""{"account":{"linkId":"none"}}""", "#/account/linkId unknown-reference")]
    [InlineData("""{"account":{"linkId":7}}""", "#/account/linkId type")]
    [InlineData("""{"account":{}}""", "#/account one-of")]
    [InlineData("""{"account":{"create":{},"linkId":"x"}}""", "#/account one-of")]
    [InlineData("""{"contact":"x"}""", "#/contact type")]
    [InlineData("""{"contact":{"create":[]}}""", "#/contact/create type")]
    [InlineData("""{"account":null,"contact":null}""", "#/contact required")]
    [InlineData("""[]""", "# type")]
    public async Task Convert_WithAPartThatSaysNothing_IsRefused(string body, string error) =>
        Refused(await App.SendAsync("POST", $"{Path(await NewLeadAsync())}/convert", JsonNode.Parse(body)), error);

    [Fact]
    public async Task Convert_WithUnknownMembers_Returns400()
    {
        var refused = await ConvertAsync(await NewLeadAsync(), Parse("""{"acount":null,"account":{"creat":{}},"contact":{"create":{"shoeSize":44}}}"""));

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(["#/acount unknown-field", "#/contact/create/shoeSize unknown-field", "#/account/creat unknown-field", "#/account one-of"], refused.Errors);
    }

    [Fact]
    public async Task Convert_OfALeadThatIsJunk_Returns409()
    {
        var lead = await App.CreateAsync("leads", ("status", "junk"));

        NoSuchMove(await ConvertAsync(lead, []), "contacted");
    }

    [Fact]
    public async Task Convert_OfAnotherVersion_Returns412AndMakesNothing()
    {
        var lead = await NewLeadAsync();

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await ConvertAsync(lead, [], ("If-Match", "\"7\""))).Status);
        Assert.Equal(0, await CountAsync("accounts", lead));
    }

    [Fact]
    public async Task Convert_OfNoLead_Returns404() =>
        Assert.Equal(HttpStatusCode.NotFound, (await ConvertAsync(new JsonObject { ["type"] = "leads", ["id"] = "none" }, [])).Status);

    [Fact]
    public async Task Converted_Changed_IsRefusedFieldByField()
    {
        var lead = await NewLeadAsync();
        var converted = Ok(await ConvertAsync(lead, []));

        Refused(await PatchAsync(lead, new() { ["rating"] = "hot", ["tags"] = new JsonArray("x") }), "#/rating read-only", "#/tags read-only");
        NoSuchMove(await PatchAsync(lead, new() { ["status"] = "contacted" }));
        Assert.True(JsonNode.DeepEquals(converted, Ok(await App.SendAsync("PUT", Path(lead), converted.DeepClone(), ("If-Match", "*")))));
    }

    [Fact]
    public async Task Converted_WhoseOpportunityIsDeleted_LosesTheLinkAlone()
    {
        var converted = Ok(await ConvertAsync(await NewLeadAsync(), []));

        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(Record("opportunities", converted, "convertedOpportunityId"))).Status);

        var left = await ReadAsync(converted);
        Assert.Null(left["convertedOpportunityId"]);
        Assert.NotNull(left["convertedAccountId"]);
        Assert.Equal("converted", Text(left, "status"));
    }

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;

    private static JsonObject Record(string collection, JsonNode lead, string field) => new() { ["type"] = collection, ["id"] = Text(lead, field) };

    /// <summary>A lead of a company that no other test has.</summary>
    private Task<JsonObject> NewLeadAsync() => App.CreateAsync("leads", ("companyName", CrmApp.Unique("Café Ünïcode")));

    private Task<Answer> ConvertAsync(JsonNode lead, JsonObject body, params (string, string)[] headers) => App.SendAsync("POST", $"{Path(lead)}/convert", body, headers);

    private async Task<(JsonObject Account, JsonObject Contact, JsonObject Opportunity)> MadeAsync(JsonNode lead) => (
        await ReadAsync(Record("accounts", lead, "convertedAccountId")),
        await ReadAsync(Record("contacts", lead, "convertedContactId")),
        await ReadAsync(Record("opportunities", lead, "convertedOpportunityId")));

    private async Task<int> CountAsync(string collection, JsonNode lead) => (await FindAsync(collection, lead)).Count;

    private async Task<JsonArray> FindAsync(string collection, JsonNode lead) =>
        Ok(await App.SendAsync("GET", $"/api/v1/{collection}?filter={Uri.EscapeDataString($"name eq '{Text(lead, "companyName")}'")}"))["value"]!.AsArray();
}
