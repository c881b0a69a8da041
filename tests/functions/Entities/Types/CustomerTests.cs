using System.Text.Json.Nodes;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Entities.Types;

[Collection(SharedApp.Name)]
public sealed class CustomerTests(CrmApp app) : RuleTests(app)
{
    [Fact]
    public async Task Create_OfAnEnterprise_ShowsItsAccount()
    {
        var account = await App.CreateAsync("accounts");

        var customer = await App.CreateAsync("customers", ("accountId", Id(account)));

        Assert.Equal(Text(account, "name"), Text(customer, "displayName"));
        Assert.Equal(Text(account, "industry"), Text(customer, "industry"));
        Assert.StartsWith("C-", Text(customer, "customerNumber"), StringComparison.Ordinal);
        Assert.Null(customer["birthday"]);
    }

    [Fact]
    public async Task Create_OfAnIndividual_ShowsTheContact()
    {
        var contact = await App.CreateAsync("contacts");

        var customer = Ok(await PostAsync("customers", new() { ["kind"] = "individual", ["contactId"] = Id(contact) }));

        Assert.Equal(Text(contact, "fullName"), Text(customer, "displayName"));
        Assert.Equal(Text(contact, "birthday"), Text(customer, "birthday"));
        Assert.Equal(Text(contact, "occupation"), Text(customer, "occupation"));
        Assert.Equal("new", Text(customer, "lifecycle"));
        Assert.All(["orderCount", "totalSpent", "openCaseCount"], rollUp => Assert.Equal(0, customer[rollUp]!.GetValue<decimal>()));
    }

    [Fact]
    public async Task Patch_AfterTheAccountChanged_ShowsItAsItIsNow()
    {
        var customer = await App.CreateAsync("customers");
        await PatchedAsync(new JsonObject { ["type"] = "accounts", ["id"] = Text(customer, "accountId") }, new() { ["name"] = "Ny AS", ["industry"] = null });

        customer = await PatchedAsync(customer, new() { ["tier"] = "gold" });

        Assert.Equal("Ny AS", Text(customer, "displayName"));
        Assert.Null(customer["industry"]);
    }

    [Fact]
    public async Task Account_ThatChanges_ChangesWhatItsCustomerShows()
    {
        var customer = await App.CreateAsync("customers");

        await PatchedAsync(new JsonObject { ["type"] = "accounts", ["id"] = Text(customer, "accountId") }, new() { ["name"] = "Ny AS", ["industry"] = "fishing" });

        var shown = await ShowingAsync(customer, "Ny AS");
        Assert.Equal("fishing", Text(shown, "industry"));
        Assert.Equal(("system", "refresh-customers", 2), (Text(shown["updatedBy"]!, "kind"), Text(shown["updatedBy"]!, "id"), shown["version"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Contact_ThatChanges_ChangesWhatItsCustomerShows()
    {
        var contact = await App.CreateAsync("contacts");
        var customer = Ok(await PostAsync("customers", new() { ["kind"] = "individual", ["contactId"] = Id(contact) }));

        await PatchedAsync(contact, new() { ["lastName"] = "Hansen-Nygård", ["birthday"] = "1970-02-28", ["occupation"] = null });

        var shown = await ShowingAsync(customer, $"{Text(contact, "firstName")} Hansen-Nygård");
        Assert.Equal("1970-02-28", Text(shown, "birthday"));
        Assert.Null(shown["occupation"]);
    }

    [Theory]
    [InlineData("individual", false, false, "#/contactId required")]
    [InlineData("individual", true, true, "#/accountId not-allowed")]
    [InlineData("individual", false, true, "#/contactId required", "#/accountId not-allowed")]
    [InlineData("enterprise", false, false, "#/accountId required")]
    [InlineData("enterprise", true, true, "#/contactId not-allowed")]
    public async Task Create_WithTheLinkOfTheOtherKind_IsRefused(string kind, bool contact, bool account, params string[] errors)
    {
        var body = new JsonObject { ["kind"] = kind };
        if (contact)
            body["contactId"] = Id(await App.CreateAsync("contacts"));
        if (account)
            body["accountId"] = Id(await App.CreateAsync("accounts"));

        Refused(await PostAsync("customers", body), errors);
    }

    [Fact]
    public async Task Create_OfAnAccountThatIsACustomer_Returns409()
    {
        var customer = await App.CreateAsync("customers");

        var refused = await PostSampleAsync("customers", ("accountId", Text(customer, "accountId")));

        Assert.Equal("duplicate", refused.Code);
        Assert.Equal("accountId", Text(refused.Json, "field"));
    }

    [Fact]
    public async Task Patch_OfTheKind_TakesTheOtherLinkAlong()
    {
        var customer = await App.CreateAsync("customers");
        var contact = await App.CreateAsync("contacts");

        Refused(await PatchAsync(customer, new() { ["kind"] = "individual" }), "#/contactId required", "#/accountId not-allowed");
        var individual = await PatchedAsync(customer, new() { ["kind"] = "individual", ["accountId"] = null, ["contactId"] = Id(contact) });

        Assert.Equal(Text(contact, "fullName"), Text(individual, "displayName"));
        Assert.Null(individual["industry"]);
    }

    [Fact]
    public async Task Create_WithARollUp_IsRefused() =>
        Refused(await PostSampleAsync("customers", ("orderCount", 3)), "#/orderCount read-only");

    private Task<JsonObject> ShowingAsync(JsonObject customer, string name) =>
        Eventually.GetAsync(() => ReadAsync(customer), shown => Text(shown, "displayName") == name, $"a customer called {name}");
}
