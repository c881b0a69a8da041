using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

/// <summary>A postal address.</summary>
public sealed record Address
{
    public string? Line1 { get; init; }

    public string? Line2 { get; init; }

    public string? City { get; init; }

    public string? Region { get; init; }

    [StringLength(20)] public string? PostalCode { get; init; }

    [Form(TextForm.Country)] public string? Country { get; init; }

    [Number(6, Min = -90, Max = 90)] public decimal? Lat { get; init; }

    [Number(6, Min = -180, Max = 180)] public decimal? Lng { get; init; }
}
