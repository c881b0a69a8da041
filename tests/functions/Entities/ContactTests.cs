using System.Text.Json.Nodes;
using Crm.Platform.Cosmos;
using Crm.Tests.Fixtures;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Entities;

/// <summary>Names, addresses and numbers of people.</summary>
[Collection(SharedApp.Name)]
public sealed class ContactTests(CrmApp app)
{
    [Theory]
    [InlineData("Zoë", "Müller", "Zoë Müller")]
    [InlineData(null, "Müller", "Müller")]
    [InlineData("", "Müller", "Müller")]
    public async Task FullName_IsFirstAndLastName(string? first, string last, string full)
    {
        var contact = await app.CreateAsync("contacts", ("firstName", first), ("lastName", last));
        Assert.Equal(full, contact["fullName"]!.GetValue<string>());

        contact = (await app.PatchAsync(contact, new JsonObject { ["firstName"] = "Ada" })).Expect(200).Json;
        Assert.Equal("Ada Müller", contact["fullName"]!.GetValue<string>());
    }

    [Fact]
    public async Task Emails_AreFoldedAndUnverifiedUntilMailHasShownMore()
    {
        var contact = await app.CreateAsync("contacts", ("emails", new JsonArray(Email("Zoe.MÜLLER@Example.ORG"))));

        Assert.Equal("zoe.müller@example.org unverified", $"{contact["emails"]![0]!["address"]} {contact["emails"]![0]!["state"]}");
    }

    [Fact]
    public async Task EmailState_SentByAClient_IsRefused()
    {
        var email = Email("zoe@example.org");
        email["state"] = "valid";

        (await app.PostAsync("contacts", new JsonObject { ["lastName"] = "M", ["emails"] = new JsonArray(email) })).Expect(422).ExpectErrors("#/emails/0/state read-only");
    }

    [Fact]
    public async Task EmailState_StaysWithItsAddress()
    {
        var contact = await app.CreateAsync("contacts", ("emails", new JsonArray(Email("one@example.org"), Email("two@example.org"))));
        await MarkAsync(contact, 1, "bounced");

        var emails = new JsonArray(Email("TWO@example.org"), Email("three@example.org"), Email("one@example.org"));
        contact = (await app.PatchAsync(contact, new JsonObject { ["emails"] = emails })).Expect(200).Json;
        Assert.Equal(["bounced", "unverified", "unverified"], contact["emails"]!.AsArray().Select(email => email!["state"]!.GetValue<string>()));
        Assert.Equal("bounced", (await app.ReplaceAsync(contact, contact)).Expect(200).Json["emails"]![0]!["state"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("+49 30 1234567", "+49301234567")]
    [InlineData("+1 (425) 555-0100", "+14255550100")]
    public async Task Phones_AreInE164(string sent, string stored) =>
        Assert.Equal(stored, (await app.CreateAsync("contacts", ("phones", new JsonArray(new JsonObject { ["number"] = sent }))))["phones"]![0]!["number"]!.GetValue<string>());

    [Theory]
    [InlineData("030 1234567")]
    [InlineData("call me")]
    [InlineData("+49")]
    public async Task Phones_ThatAreNotInternational_AreRefused(string number) =>
        (await app.PostAsync("contacts", new JsonObject { ["lastName"] = "M", ["phones"] = new JsonArray(new JsonObject { ["number"] = number }) })).Expect(422).ExpectErrors("#/phones/0/number format");

    [Fact]
    public async Task Lists_HaveAtMostOnePrimaryAndNothingTwice()
    {
        JsonObject Account(string id) => new() { ["accountId"] = id, ["isPrimary"] = true };
        JsonObject Phone(string number) => new() { ["number"] = number, ["isPrimary"] = true };
        var (one, two) = ((await app.CreateAsync("accounts")).Id(), (await app.CreateAsync("accounts")).Id());
        var body = new JsonObject
        {
            ["lastName"] = "M",
            ["emails"] = new JsonArray(Email("a@example.org", true), Email("b@example.org", true)),
            ["phones"] = new JsonArray(Phone("+49301234567"), Phone("+49301234568")),
            ["accounts"] = new JsonArray(Account(one), Account(two)),
        };
        (await app.PostAsync("contacts", body)).Expect(422).ExpectErrors("#/emails one-primary", "#/phones one-primary", "#/accounts one-primary");

        body["emails"] = new JsonArray(Email("a@example.org"), Email("A@Example.org"));
        body["phones"] = new JsonArray(Phone("+49301234567"), Phone("+49 30 123-4567"));
        body["accounts"] = new JsonArray(Account(one), Account(one));
        (await app.PostAsync("contacts", body)).Expect(422)
            .ExpectErrors("#/emails/1/address duplicate-element", "#/phones/1/number duplicate-element", "#/accounts/1/accountId duplicate-element");
    }

    [Theory]
    [InlineData("Europe/Oslo", 201)]
    [InlineData("UTC", 201)]
    [InlineData("Europe/../Europe/Oslo", 422)]
    [InlineData("../../../../dev/zero", 422)]
    [InlineData("W. Europe Standard Time", 422)]
    public async Task TimeZone_IsAnIanaName(string zone, int status)
    {
        var user = await app.SampleAsync("users");
        user["timeZone"] = zone;

        (await app.PostAsync("users", user)).Expect(status);
    }

    private static JsonObject Email(string address, bool primary = false) => new() { ["address"] = address, ["isPrimary"] = primary };

    /// <summary>As mail that came back will mark an address, once mail is sent.</summary>
    private async Task MarkAsync(JsonObject contact, int email, string state)
    {
        var partition = new PartitionKeyBuilder().Add("default").Add("contacts").Add(contact.Id()).Build();
        using var response = await app.Services.GetRequiredService<CrmContainers>().Records
            .PatchItemStreamAsync(contact.Id(), partition, [PatchOperation.Set($"/data/emails/{email}/state", state)]);
        response.EnsureSuccessStatusCode();
    }
}
