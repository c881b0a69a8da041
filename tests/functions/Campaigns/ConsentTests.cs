using System.Net;
using System.Text.Json.Nodes;
using Crm.Entities.Types;
using Crm.Tests.Fixtures;

namespace Crm.Tests.Campaigns;

[Collection(SharedApp.Name)]
public sealed class ConsentTests(CrmApp app)
{
    [Fact]
    public async Task Patch_OfWhatWasSaid_IsRefusedFieldByField()
    {
        var consent = await app.CreateAsync("consents", ("source", "fair"), ("evidence", new JsonObject { ["ip"] = "2001:db8::17", ["at"] = "2026-03-01T10:15:00Z" }));

        var refused = await app.PatchAsync(consent, new JsonObject { ["state"] = "withdrawn", ["source"] = "web", ["evidence"] = new JsonObject { ["ip"] = "2001:db8::18" } });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(["#/evidence immutable", "#/source immutable", "#/state immutable"], refused.Errors.Order());
        Assert.Equal(HttpStatusCode.OK, (await app.PatchAsync(consent, new JsonObject { ["description"] = "By phone." })).Status);
    }

    [Fact]
    public async Task Delete_OfAWithdrawal_IsRefused_ButItGoesWithWhoseItIs()
    {
        var contact = await app.CreateAsync("contacts");
        var withdrawn = await app.CreateAsync("consents", ("partyRef", new JsonObject { ["type"] = "contacts", ["id"] = contact.Id() }), ("state", "withdrawn"));

        Assert.Equal(HttpStatusCode.Conflict, (await app.DeleteAsync(withdrawn)).Status);
        (await app.DeleteAsync(contact)).Expect(204);

        Assert.Equal(HttpStatusCode.NotFound, (await app.ReadAsync(withdrawn)).Status);
    }

    [Fact]
    public async Task Member_OfACampaign_IsOneOnce()
    {
        var member = await app.CreateAsync("campaign-members");
        var again = new JsonObject { ["campaignId"] = member["campaignId"]!.DeepClone(), ["partyRef"] = member["partyRef"]!.DeepClone() };

        Assert.Equal(HttpStatusCode.Conflict, (await app.PostAsync("campaign-members", again)).Status);
    }

    [Theory]
    [InlineData("someone@example.com")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    public async Task Suppression_OfWhatIsNoDigest_IsRefused(string hash) =>
        Assert.Equal(["#/addressHash format"], (await app.PostAsync("suppressions", new JsonObject { ["addressHash"] = hash })).Errors);

    [Fact]
    public async Task Suppression_OfTheSameAddress_IsADuplicate()
    {
        var hash = Suppression.HashOf($"{Guid.NewGuid():N}@example.com");

        (await app.PostAsync("suppressions", new JsonObject { ["addressHash"] = hash })).Expect(201);

        Assert.Equal(HttpStatusCode.Conflict, (await app.PostAsync("suppressions", new JsonObject { ["addressHash"] = hash })).Status);
    }
}
