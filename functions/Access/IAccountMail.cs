using Crm.Entities.Types;

namespace Crm.Access;

/// <summary>Brings a link to a user's mail.</summary>
public interface IAccountMail
{
    Task SendAsync(User user, Link link, CancellationToken cancellation);
}
