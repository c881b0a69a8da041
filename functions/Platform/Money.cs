using System.Collections.Frozen;

namespace Crm.Platform;

/// <summary>Amounts of money: decimals, rounded half away from zero to the currency's minor unit.</summary>
public static class Money
{
    /// <summary>The largest amount: with two decimals it has the 15 digits that a double holds exactly.</summary>
    public const double Max = 9_999_999_999_999;

    // By ISO 4217, list one. Cultures know what is usual in cash, which is less: no para in Serbia, though invoices have them.
    private static readonly FrozenSet<string> None = FrozenSet.Create(
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF");

    private static readonly FrozenSet<string> Three = FrozenSet.Create("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND");

    /// <summary>Rounds to the minor unit of an ISO 4217 currency: cents for EUR, none for JPY.</summary>
    public static decimal Round(decimal amount, string currency) =>
        decimal.Round(amount, Decimals(currency), MidpointRounding.AwayFromZero);

    /// <summary>How many decimals an amount in an ISO 4217 currency has: 2 in EUR, none in JPY.</summary>
    public static int Decimals(string currency) => None.Contains(currency) ? 0 : Three.Contains(currency) ? 3 : 2;
}
