using System.Collections.Frozen;
using System.Globalization;

namespace Crm.Platform;

/// <summary>Amounts of money: decimals, rounded half away from zero to the currency's minor unit.</summary>
public static class Money
{
    /// <summary>The largest amount: with two decimals it has the 15 digits that a double holds exactly.</summary>
    public const double Max = 9_999_999_999_999;

    private static readonly Lazy<FrozenDictionary<string, int>> MinorUnits = new(() => CultureInfo
        .GetCultures(CultureTypes.SpecificCultures)
        .GroupBy(culture => new RegionInfo(culture.Name).ISOCurrencySymbol)
        .ToFrozenDictionary(group => group.Key, group => group.First().NumberFormat.CurrencyDecimalDigits));

    /// <summary>Rounds to the minor unit of an ISO 4217 currency: cents for EUR, none for JPY.</summary>
    public static decimal Round(decimal amount, string currency) =>
        decimal.Round(amount, Decimals(currency), MidpointRounding.AwayFromZero);

    /// <summary>How many decimals an amount in an ISO 4217 currency has: 2 in EUR, none in JPY.</summary>
    public static int Decimals(string currency) => MinorUnits.Value.GetValueOrDefault(currency, 2);
}
