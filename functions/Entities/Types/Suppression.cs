using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum SuppressionReason
{
    HardBounce,
    Complaint,
    Manual,
    Erased,
}

/// <summary>An e-mail address that nothing is sent to, whoever has it. Kept as a digest, so that it also stands for an address that was erased.</summary>
public sealed partial record Suppression : Entity
{
    /// <summary>SHA-256 of the address in lower case, as lower-case hex.</summary>
    [Unique] public required string AddressHash { get; init; }

    [Sortable] public SuppressionReason Reason { get; init; } = SuppressionReason.Manual;

    /// <param name="address">In its normal form.</param>
    public static string HashOf(string address) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)));

    protected internal override Entity Complete(WriteContext context)
    {
        if (!Digest().IsMatch(AddressHash))
            context.Refuse("#/addressHash", "format", "must be the SHA-256 digest of the address in lower case, as 64 lower-case hex digits");
        if (context.Before is Suppression before && before.AddressHash != AddressHash)
            context.Refuse("#/addressHash", "immutable", "stays what it is; create a suppression of the other address");

        return this;
    }

    [GeneratedRegex(@"^[0-9a-f]{64}\z")]
    private static partial Regex Digest();
}
