using System.Text.Json;
using Crm.Entities;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Entities.Writing;
using Crm.Platform.Json;
using Crm.Platform.Templates;

namespace Crm.Webhooks.Inbound;

/// <summary>
/// Holds what an inbound webhook declares against the fields of its target when it is written, so that what can be known then is not found out by its events. It
/// is here and not with the record's own rules since it knows what mappings can do.
/// </summary>
internal sealed class MappingCheck : IPreparation
{
    private const string Body = "body";
    private const string Item = "item";

    public Type Record => typeof(InboundWebhook);

    public Task PrepareAsync(Entity entity, WriteContext context, CancellationToken cancellation)
    {
        var webhook = (InboundWebhook)entity;
        if (!webhook.DoesAs((InboundWebhook?)context.Before))
            Check(webhook, context);
        return Task.CompletedTask;
    }

    private static void Check(InboundWebhook webhook, WriteContext context)
    {
        CheckHeaders(webhook, context);
        CheckPointer(webhook.When?.From, "#/when/from", context);
        CheckPointer(webhook.Match?.From, "#/match/from", context);
        if (MappingTarget.Find(context.Catalog, webhook.Target) is not { } target)
        {
            context.Refuse("#/target", "no-such-target", "is no collection that events can be written to, such as leads or orders");
            return;
        }

        CheckMode(webhook, target, context);
        foreach (var (rule, index) in webhook.Mapping.Select((rule, index) => (rule, index)))
            CheckRule(rule, target, $"#/mapping/{index}", context);
        foreach (var missing in webhook.Mode == InboundMode.Update && target.Type is not null ? [] : target.Fields.Values.Where(field => field is { Required: true, ServerSet: false } && !IsGiven(webhook, field)))
            context.Refuse("#/mapping", "required", $"has no rule for /{missing.Name}, which {webhook.Target} require");
    }

    private static void CheckMode(InboundWebhook webhook, MappingTarget target, WriteContext context)
    {
        if (target.Type is null)
        {
            if (webhook is not { Mode: InboundMode.Update, Match: null })
                context.Refuse("#/mode", "not-allowed", $"must be update, without a match: the event says which of the {target.Name} it is about");
        }
        else if (webhook.Mode == InboundMode.Create != webhook.Match is null)
        {
            context.Refuse("#/match", webhook.Match is null ? "required" : "not-allowed", webhook.Match is null ? "says which record is changed" : "is not for webhooks that create a record with each event");
        }
        else if (webhook.Match is { } match)
        {
            CheckLookup(target.Type, match.By, match.Source, "#/match", context);
        }
    }

    private static bool IsGiven(InboundWebhook webhook, Field field) =>
        webhook.Match?.By == field.Name || webhook.Mapping.Any(rule => rule.To == $"/{field.Name}" || rule.To.StartsWith($"/{field.Name}/", StringComparison.Ordinal));

    private static void CheckHeaders(InboundWebhook webhook, WriteContext context)
    {
        if (webhook.Signature is { Scheme: InboundScheme.HmacSha256, Header: null })
            context.Refuse("#/signature/header", "required", "is the header that the signature is in");
        if (webhook.Signature.Header is { } header && !IsHeader(header))
            context.Refuse("#/signature/header", "format", "must be the name of a header");
        if (webhook.EventId is ['/', ..])
            CheckPointer(webhook.EventId, "#/eventId", context);
        else if (webhook.EventId is { } name && !IsHeader(name))
            context.Refuse("#/eventId", "format", "must be a JSON pointer such as /id, or the name of a header");
    }

    private static void CheckRule(InboundRule rule, MappingTarget target, string at, WriteContext context)
    {
        if (rule is { Each: null, Fields: null })
        {
            CheckField(rule, target.Fields, at, [Body], context);
            return;
        }

        CheckPointer(rule.Each, $"{at}/each", context);
        if (rule.Each is null)
            context.Refuse($"{at}/each", "required", "says which list of the event the elements are made of");
        if (rule.Fields is null)
            context.Refuse($"{at}/fields", "required", "says what goes into the elements");
        if (rule is not { From: null, Template: null, Value: null, Find: null })
            context.Refuse(at, "one-source", "a list is made of its elements: from, template, value and find are for its fields");
        if (FieldAt(rule.To, target.Fields, $"{at}/to", context) is not { } list)
            return;

        if (list is not { Kind: FieldKind.List, Element.Kind: FieldKind.Object })
            context.Refuse($"{at}/to", "not-a-list", "is no list of elements with fields");
        else
            foreach (var (field, index) in (rule.Fields ?? []).Select((field, index) => (field, index)))
                CheckField(field, list.Element.Fields, $"{at}/fields/{index}", [Body, Item], context);
    }

    private static void CheckField(InboundFieldRule rule, IReadOnlyDictionary<string, Field> fields, string at, string[] variables, WriteContext context)
    {
        if (new[] { rule.From, rule.Template, rule.Value }.Count(source => source is not null) != 1)
            context.Refuse(at, "one-source", "has exactly one of from, template and value");
        CheckPointer(rule.From, $"{at}/from", context);
        if (rule.Template is not null)
            CheckTemplate(LiquidTemplate.Read(rule.Template), variables, $"{at}/template", context);
        if (FieldAt(rule.To, fields, $"{at}/to", context) is not { } field)
            return;

        if (rule.Find is { } find)
            CheckFind(find, field, $"{at}/find", context);
        else if (rule.Value is not null)
            CheckValue(rule.Value, field, $"{at}/value", context);
    }

    private static void CheckFind(InboundLookup find, Field field, string at, WriteContext context)
    {
        if (context.Catalog.Exposed(find.In) is not { } type)
            context.Refuse($"{at}/in", "no-such-collection", "is no collection");
        else if (field.Reference?.Collections.Contains(find.In) != true)
            context.Refuse($"{at}/in", "not-referenced", field.Reference is null ? "the field refers to no record" : $"the field refers to {string.Join(", ", field.Reference.Collections)}");
        else
            CheckLookup(type, find.By, find.Source, at, context);
    }

    private static void CheckLookup(EntityType type, string by, string? source, string at, WriteContext context)
    {
        var external = by == RecordLookups.ExternalIds;
        if (external != source is not null)
            context.Refuse($"{at}/source", external ? "required" : "not-allowed", external ? "says whose ids these are" : "is for externalIds alone");
        if (!external && !MappingTarget.IsUnique(type, by) && !(by == MappingTarget.EmailFields.One && MappingTarget.HasEmail(type)))
            context.Refuse($"{at}/by", "not-unique", $"must be one of {string.Join(", ", Ways(type))}");
    }

    private static IEnumerable<string> Ways(EntityType type) =>
        type.Fields.Keys.Where(field => MappingTarget.IsUnique(type, field)).Append(RecordLookups.ExternalIds).Concat(MappingTarget.HasEmail(type) ? [MappingTarget.EmailFields.One] : []).Distinct();

    private static void CheckValue(string value, Field field, string at, WriteContext context)
    {
        if (field.Kind is FieldKind.List or FieldKind.Object or FieldKind.Json)
        {
            context.Refuse(at, "type", "is one text; name the fields and elements below one by one");
            return;
        }

        if (Texts.Fitting(JsonSerializer.SerializeToElement(value), field) is { } fitting && ScalarBinder.Bind(JsonSerializer.SerializeToElement(fitting), field) is (_, { } code, { } detail))
            context.Refuse(at, code, detail);
    }

    private static void CheckTemplate(LiquidTemplate template, string[] variables, string at, WriteContext context)
    {
        if (template.Error is not null)
            context.Refuse(at, "liquid", template.Error);
        else if (template.Variables.FirstOrDefault(variable => !variables.Contains(variable.Split('.')[0])) is { } unknown)
            context.Refuse(at, "no-such-variable", $"there is no '{unknown}' here; what there is begins with {string.Join(" or ", variables)}");
    }

    private static Field? FieldAt(string to, IReadOnlyDictionary<string, Field> fields, string at, WriteContext context)
    {
        if (!JsonPointer.TryParse(to, out var pointer) || pointer.Steps.Count == 0)
            context.Refuse(at, "format", "must be a JSON pointer such as /lastName");
        else if (MappingTarget.FieldAt(fields, pointer) is not { } field)
            context.Refuse(at, "no-such-field", "leads to no field there is");
        else if (field.ServerSet)
            context.Refuse(at, "read-only", "is set by the server");
        else
            return field;

        return null;
    }

    private static void CheckPointer(string? pointer, string at, WriteContext context)
    {
        if (pointer is not null && !JsonPointer.TryParse(pointer, out _))
            context.Refuse(at, "format", "must be a JSON pointer such as /customer/id (RFC 6901)");
    }

    private static bool IsHeader(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
