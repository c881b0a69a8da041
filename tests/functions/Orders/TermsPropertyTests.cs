using Crm.Entities.Types;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Crm.Tests.Orders;

/// <summary>Which price and which rate is taken, of any list of them: held against what the rules say of the one that was chosen.</summary>
public sealed class TermsPropertyTests
{
    private static readonly DateOnly Day = new(2026, 6, 15);

    [Property(MaxTest = 500, Arbitrary = [typeof(AnyTerms)])]
    public void Price_OfAnyList_IsOfAnEntryThatApplies_AndNoOtherIsCloser(PriceListEntry[] entries, QuantityOf quantity)
    {
        var list = new PriceList { Name = "", Currency = "EUR", Entries = entries };
        var applying = entries.Where(entry => entry.ProductId == "p" && (entry.MinQuantity <= 1 || entry.MinQuantity <= quantity.Value)
            && (entry.ValidFrom ?? Day) <= Day && (entry.ValidTo ?? Day) >= Day).ToList();

        var price = list.PriceOf("p", quantity.Value, Day);

        Assert.Equal(applying.Count == 0, price is null);
        var chosen = applying.Where(entry => entry.Price == price).ToList();
        Assert.True(price is null || chosen.Exists(entry => applying.TrueForAll(other =>
            other.MinQuantity < entry.MinQuantity || (other.MinQuantity == entry.MinQuantity && (other.ValidFrom is null || other.ValidFrom <= entry.ValidFrom)))));
    }

    [Property(MaxTest = 500, Arbitrary = [typeof(AnyTerms)])]
    public void Tax_OfAnyClass_IsOfTheMostSpecificPlace_ThenTheNewest(TaxRate[] rates, Place place)
    {
        var address = new Address { Country = place.Country, Region = place.Region };
        var applying = rates.Where(rate => (rate.Country is null || rate.Country == place.Country)
            && (rate.Region is null || rate.Region.Equals(place.Region, StringComparison.OrdinalIgnoreCase)) && (rate.ValidFrom ?? Day) <= Day).ToList();

        var percent = new TaxClass { Name = "", Rates = rates }.PercentAt(address, Day);

        Assert.True(applying.Count > 0 || percent == 0);
        Assert.True(applying.Count == 0 || applying.Exists(rate => rate.Percent == percent && applying.TrueForAll(other =>
            Detail(other) < Detail(rate) || (Detail(other) == Detail(rate) && (other.ValidFrom is null || other.ValidFrom <= rate.ValidFrom)))));

        static int Detail(TaxRate rate) => rate.Region is not null ? 2 : rate.Country is not null ? 1 : 0;
    }

    public sealed record QuantityOf(decimal Value);

    public sealed record Place(string? Country, string? Region);

    private static class AnyTerms
    {
        public static Arbitrary<QuantityOf> Quantities() => Gen.Choose(1, 300).Select(tenths => new QuantityOf(tenths / 10m)).ToArbitrary();

        public static Arbitrary<Place> Places() => (
            from country in Gen.Elements("DE", "US", null)
            from region in Gen.Elements("Texas", "texas", "Bayern", null)
            select new Place(country, region)).ToArbitrary();

        public static Arbitrary<PriceListEntry> Entries() => (
            from product in Gen.Elements("p", "p", "q")
            from least in Gen.Elements(0m, 1m, 2.5m, 10m, 25m)
            from price in Gen.Choose(0, 10_000)
            from validFrom in Days()
            from validTo in Days()
            select new PriceListEntry { ProductId = product, MinQuantity = least, Price = price / 100m, ValidFrom = validFrom, ValidTo = validTo }).ToArbitrary();

        public static Arbitrary<TaxRate> Rates() => (
            from country in Gen.Elements("DE", "US", null)
            from region in Gen.Elements("Texas", "Bayern", null)
            from percent in Gen.Choose(0, 10_000)
            from validFrom in Days()
            select new TaxRate { Country = country, Region = country is null ? null : region, Percent = percent / 100m, ValidFrom = validFrom }).ToArbitrary();

        private static Gen<DateOnly?> Days() => Gen.OneOf(Gen.Constant((DateOnly?)null), Gen.Choose(-2, 2).Select(days => (DateOnly?)Day.AddDays(days)));
    }
}
