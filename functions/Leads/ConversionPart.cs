using System.Text.Json.Nodes;
using Crm.Entities;
using Crm.Platform;

namespace Crm.Leads;

/// <summary>One of the records a lead is converted into.</summary>
/// <param name="Name">Its member of the request.</param>
/// <param name="LinkId">The record there is already, or null where one is to be created.</param>
/// <param name="Fields">The fields to create it with.</param>
internal sealed record ConversionPart(string Name, EntityType Type, string? LinkId, JsonObject Fields)
{
    /// <summary>An error of the part as an error of the request: <c>#/name</c> becomes <c>#/account/create/name</c>.</summary>
    public Error InRequest(Error error) => error is Invalid invalid ? new Invalid(InRequest(Name, invalid.Errors)) : error;

    public static IReadOnlyList<FieldError> InRequest(string name, IReadOnlyList<FieldError> errors) =>
        [.. errors.Select(error => error with { Pointer = $"#/{name}/create{error.Pointer[1..]}" })];
}

/// <summary>The records a lead is converted into; null for one that is not wanted.</summary>
internal sealed record Conversion(ConversionPart? Account, ConversionPart? Contact, ConversionPart? Opportunity)
{
    public IReadOnlyList<ConversionPart> Parts { get; } = [.. new[] { Account, Contact, Opportunity }.OfType<ConversionPart>()];
}
