using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;
using Crm.Platform.Templates;

namespace Crm.Entities.Types;

/// <summary>
/// A message with places for what differs from recipient to recipient, in Liquid. <c>unsubscribeUrl</c> is the address at which the recipient unsubscribes; a mail
/// that does not place it has it at its end.
/// </summary>
public sealed record EmailTemplate : Entity
{
    private const int MostFields = 200;

    [Unique, Sortable] public required string Name { get; init; }

    [NotFilterable] public required string Subject { get; init; }

    /// <summary>Mail programs cut longer bodies off.</summary>
    [LongText, StringLength(100_000)] public required string BodyHtml { get; init; }

    /// <summary>For readers without HTML.</summary>
    [LongText] public string? BodyText { get; init; }

    [Sortable, Form(TextForm.Language)] public string? Locale { get; init; }

    /// <summary>The variables that subject and bodies take from outside, sorted.</summary>
    [ServerSet, MaxLength(MostFields)] public IReadOnlyList<string> MergeFields { get; init; } = [];

    protected internal override Entity Complete(WriteContext context)
    {
        var fields = new SortedSet<string>(StringComparer.Ordinal);
        Read("#/subject", Subject);
        Read("#/bodyHtml", BodyHtml);
        Read("#/bodyText", BodyText ?? "");
        if (fields.Count > MostFields)
            context.Refuse("#/bodyHtml", "max-length", $"subject and bodies together use at most {MostFields} variables, not {fields.Count}");

        return this with { MergeFields = [.. fields] };

        void Read(string pointer, string text)
        {
            var template = LiquidTemplate.Read(text);
            if (template.Error is not null)
                context.Refuse(pointer, "liquid", template.Error);

            fields.UnionWith(template.Variables);
        }
    }
}
