using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Entities.Types;
using Crm.Platform;
using Crm.Platform.Json;
using Crm.Platform.Templates;

namespace Crm.Webhooks.Inbound;

/// <summary>Makes the fields of a record from an event, as its webhook declares. Scoped: records are looked up for the caller.</summary>
internal sealed class EventMapper(RecordLookups lookups)
{
    /// <summary>One event on its way: what it has found, and what not.</summary>
    private sealed class Mapping(JsonElement body)
    {
        private readonly Dictionary<string, LiquidTemplate> _templates = [];
        private JsonObject? _values;
        private JsonElement? _item;

        public JsonElement Body => body;

        public JsonObject Fields { get; } = [];

        /// <summary>Values that named no record. They count where no other rule has filled the field.</summary>
        public List<(JsonObject Holder, JsonPointer To, FieldError Error)> Lost { get; } = [];

        public List<FieldError> Errors { get; } = [];

        /// <summary>Read and converted once, however many elements there are.</summary>
        public Task<RenderedText> RenderAsync(string template, JsonElement? item)
        {
            if (!_templates.TryGetValue(template, out var read))
                _templates.Add(template, read = LiquidTemplate.Read(template));

            _values ??= new JsonObject { ["body"] = body.ToNode() };
            if (!Equals(_item, item))
                _values["item"] = (_item = item)?.ToNode();
            return read.RenderAsync(_values, html: false);
        }
    }

    /// <param name="fields">Those of the target.</param>
    public async Task<Result<JsonObject>> MapAsync(InboundWebhook webhook, IReadOnlyDictionary<string, Field> fields, JsonElement body, CancellationToken cancellation)
    {
        var mapping = new Mapping(body);
        foreach (var (rule, index) in webhook.Mapping.Select((rule, index) => (rule, index)))
        {
            var (to, at) = (JsonPointer.Parse(rule.To), $"#/mapping/{index}");
            if (MappingTarget.FieldAt(fields, to) is not { ServerSet: false } field)
                mapping.Errors.Add(new FieldError($"{at}/to", "no-such-field", "leads to no field there is"));
            else if (rule is { Each: { } each, Fields: { } members })
                await FillListAsync(mapping, to, field, each, members, at, cancellation);
            else
                await FillAsync(mapping, mapping.Fields, to, field, rule, null, at, cancellation);
        }

        mapping.Errors.AddRange(mapping.Lost.Where(lost => lost.To.Find(lost.Holder) is null).Select(lost => lost.Error));
        return mapping.Errors.Count > 0 ? new Invalid(mapping.Errors) : mapping.Fields;
    }

    private async Task FillListAsync(Mapping mapping, JsonPointer to, Field list, string each, IReadOnlyList<InboundFieldRule> members, string at, CancellationToken cancellation)
    {
        if (to.Find(mapping.Fields) is not null || JsonPointer.Parse(each).Find(mapping.Body) is not { } found)
            return;

        if (found.ValueKind != JsonValueKind.Array || found.GetArrayLength() > list.MaxLength)
        {
            mapping.Errors.Add(new FieldError($"{at}/each", "type", $"leads to no list of at most {list.MaxLength} elements"));
            return;
        }

        var elements = new JsonArray();
        foreach (var item in found.EnumerateArray())
        {
            var element = new JsonObject();
            foreach (var (rule, index) in members.Select((rule, index) => (rule, index)))
            {
                var member = JsonPointer.Parse(rule.To);
                if (MappingTarget.FieldAt(list.Element!.Fields, member) is { ServerSet: false } field)
                    await FillAsync(mapping, element, member, field, rule, item, $"{at}/fields/{index}", cancellation);
            }

            elements.Add(element);
        }

        to.TrySet(mapping.Fields, elements);
    }

    private async Task FillAsync(Mapping mapping, JsonObject holder, JsonPointer to, Field field, InboundFieldRule rule, JsonElement? item, string at, CancellationToken cancellation)
    {
        if (to.Find(holder) is not null || await SourceAsync(mapping, rule, item, at) is not { } source)
            return;

        if (rule.Find is null)
        {
            if (Texts.Fitting(source, field) is { } value)
                to.TrySet(holder, value);
            return;
        }

        if (Texts.Of(source) is not { } text || string.IsNullOrWhiteSpace(text))
            return;

        var found = (await lookups.FindAsync(rule.Find.In, rule.Find.By, rule.Find.Source, text, cancellation)).Distinct().ToList();
        if (found.Count == 1)
            to.TrySet(holder, field.Kind == FieldKind.Object ? new JsonObject { ["type"] = rule.Find.In, ["id"] = found[0] } : found[0]);
        else
            mapping.Lost.Add((holder, to, Lost(rule.Find, found.Count, text, at)));
    }

    private static async ValueTask<JsonElement?> SourceAsync(Mapping mapping, InboundFieldRule rule, JsonElement? item, string at)
    {
        if (rule.From is not null)
            return JsonPointer.Parse(rule.From).Find(item ?? mapping.Body);
        if (rule.Template is null)
            return JsonSerializer.SerializeToElement(rule.Value);

        var rendered = await mapping.RenderAsync(rule.Template, item);
        if (rendered.Error is null)
            return JsonSerializer.SerializeToElement(rendered.Text);

        mapping.Errors.Add(new FieldError($"{at}/template", "liquid", rendered.Error));
        return null;
    }

    private static FieldError Lost(InboundLookup find, int found, string text, string at) => found == 0
        ? new FieldError(at, "no-such-record", $"no record of {find.In} has this {find.By}: {Cut(text)}")
        : new FieldError(at, "ambiguous", $"more than one record of {find.In} has this {find.By}: {Cut(text)}");

    private static string Cut(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
