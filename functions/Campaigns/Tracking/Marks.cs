using Crm.Campaigns.Sending;
using Microsoft.Extensions.Logging;

namespace Crm.Campaigns.Tracking;

/// <summary>Marks recipients as far as that is possible at once: nobody who opens a mail or follows a link waits for it, or is shown that it failed.</summary>
public sealed partial class Marks(Recipients recipients, TimeProvider time, ILogger<Marks> logger)
{
    public async Task TryAsync(RecipientKey recipient, RecipientMark mark, CancellationToken cancellation)
    {
        try
        {
            await recipients.MarkAsync(recipient, mark, time.GetUtcNow(), cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.Lost(logger, failure, mark, recipient.CampaignId, recipient.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Mark} of recipient {RecipientId} in campaign {CampaignId} could not be written down")]
        public static partial void Lost(ILogger logger, Exception failure, RecipientMark mark, string campaignId, string recipientId);
    }
}
