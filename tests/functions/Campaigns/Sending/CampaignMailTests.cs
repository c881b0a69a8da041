using System.Text.Json.Nodes;
using Crm.Campaigns;
using Crm.Campaigns.Sending;
using Crm.Entities;
using Crm.Entities.Types;
using Crm.Tests.Campaigns.Tracking;
using Crm.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Campaigns.Sending;

/// <summary>What a campaign's mail to a recipient is made of.</summary>
[Collection(SharedApp.Name)]
public sealed class CampaignMailTests(CrmApp app)
{
    private static readonly Campaign Newsletter = new() { Id = "campaign", Name = "Spring", CampaignType = CampaignType.Newsletter, SegmentIds = [], ConsentPurpose = "news" };
    private static readonly Recipient Ada = new(RecipientKey.IdOf("campaign", "message", "ada@example.com"), "default", "campaign", "message", new RecordLink { Type = "contacts", Id = "1" }, "ada@example.com", RecipientStatus.Claimed);

    [Fact]
    public async Task Create_PlacesTheRecipientsOwnUnsubscribeLink_WhereTheTemplateSays()
    {
        var mail = await CreateAsync(Newsletter, new MessageContent("Hi", "<a href=\"{{ unsubscribeUrl }}\">Slutt</a>", "No more: {{ unsubscribeUrl }}"));

        var url = app.Links().Unsubscribe(Ada.Key, "news");
        Assert.Equal(url, mail.UnsubscribeUrl);
        Assert.Equal($"No more: {url.AbsoluteUri}", mail.Text);
        Assert.StartsWith($"<a href=\"{url.AbsoluteUri}\">Slutt</a><img ", mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_InALanguage_AddsItsWords()
    {
        var mail = await CreateAsync(Newsletter, new MessageContent("Hallo", "<p>Hallo</p>", "Hallo") { Language = "de-CH" });

        Assert.Contains(">Abmelden</a>", mail.Html, StringComparison.Ordinal);
        Assert.Contains("\nAbmelden: http", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_OfATransactionalMessage_OffersNothingToUnsubscribeFrom()
    {
        var mail = await CreateAsync(Newsletter with { CampaignType = CampaignType.Transactional }, new MessageContent("Hi", "<p>{{ unsubscribeUrl }}</p>", "Hi"));

        Assert.Null(mail.UnsubscribeUrl);
        Assert.StartsWith("<p></p><img ", mail.Html, StringComparison.Ordinal);
        Assert.Equal("Hi", mail.Text);
    }

    private async Task<Crm.Platform.Mail.OutgoingMail> CreateAsync(Campaign campaign, MessageContent content)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var (mail, error) = await scope.ServiceProvider.GetRequiredService<CampaignMail>().CreateAsync(new MessageTemplate(content), campaign, Ada, new JsonObject());
        Assert.Null(error);
        return mail!;
    }
}
