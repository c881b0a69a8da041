using System.Text.Json.Nodes;
using Crm.Platform.Mail;

namespace Crm.Campaigns.Sending;

/// <summary>Has a part in every mail of a campaign to a recipient: headers, links, what templates may name. Tests to one address go without.</summary>
public interface IMailDecoration
{
    /// <summary>Adds what templates can take, such as the address of a page of this recipient's own.</summary>
    /// <param name="values">By the names that variables of templates begin with.</param>
    void AddValues(Recipient recipient, JsonObject values);

    /// <summary>The mail as it shall go out, from the mail as it was rendered.</summary>
    OutgoingMail Decorate(Recipient recipient, OutgoingMail mail);
}
