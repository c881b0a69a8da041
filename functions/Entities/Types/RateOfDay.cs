namespace Crm.Entities.Types;

/// <summary>What a record's currency is worth in the base currency on the day that counts for it.</summary>
/// <param name="Rate">Null where none is known.</param>
internal sealed record RateOfDay(decimal? Rate);
