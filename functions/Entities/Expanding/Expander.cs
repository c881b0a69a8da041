using System.Buffers;
using System.Text.Json;
using Crm.Entities.Storage;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Json;

namespace Crm.Entities.Expanding;

/// <summary>Shows records with those they refer to: one round of reads for each step, whatever the number of records.</summary>
public sealed class Expander(RecordStore records, CallContext call)
{
    private Permissions Permissions => call.Caller.Permissions;

    /// <summary>The record with what it refers to.</summary>
    internal async Task<RecordReply> ExpandAsync(RecordReply reply, IReadOnlyList<Expansion> expansions, CancellationToken cancellation)
    {
        if (expansions.Count == 0)
            return reply;

        var found = await ReadAsync([reply.Data], expansions, cancellation);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, CrmJson.Writer))
            Write(json, reply.Data, reply.Hidden, expansions, found);
        return reply with { Data = JsonElement.Parse(buffer.WrittenSpan), IsExpanded = true };
    }

    /// <summary>The records of a page with what they refer to.</summary>
    /// <param name="rows">A JSON array of records.</param>
    internal async Task<ReadOnlyMemory<byte>> ExpandAsync(ReadOnlyMemory<byte> rows, IReadOnlyList<Expansion> expansions, CancellationToken cancellation)
    {
        if (expansions.Count == 0)
            return rows;

        var list = JsonElement.Parse(rows.Span).EnumerateArray().ToList();
        var found = await ReadAsync(list, expansions, cancellation);
        var buffer = new ArrayBufferWriter<byte>(rows.Length * 2);
        using var json = new Utf8JsonWriter(buffer, CrmJson.Writer);
        json.WriteStartArray();
        foreach (var row in list)
            Write(json, row, NothingHidden, expansions, found);
        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static readonly IReadOnlySet<string> NothingHidden = new HashSet<string>();

    /// <summary>What the caller may see of the records referred to.</summary>
    private async Task<Dictionary<RecordRef, JsonElement>> ReadAsync(IReadOnlyList<JsonElement> rows, IReadOnlyList<Expansion> expansions, CancellationToken cancellation)
    {
        var found = new Dictionary<RecordRef, JsonElement>();
        var asked = new HashSet<RecordRef>();
        var step = rows.SelectMany(row => expansions.Select(expansion => (Row: row, Expansion: expansion))).ToList();
        while (step.Count > 0)
        {
            var wanted = step.Select(of => Target(of.Row, of.Expansion)).OfType<RecordRef>().Where(asked.Add).ToList();
            foreach (var (target, data) in await records.ReadManyAsync(call.Caller.TenantId, wanted, cancellation))
            {
                if (Permissions.Allows(Right.Read, target.Collection, data))
                    found.Add(target, data);
            }

            step = [.. step.SelectMany(of => Next(of.Row, of.Expansion))];
        }

        return found;

        IEnumerable<(JsonElement, Expansion)> Next(JsonElement row, Expansion expansion) =>
            Target(row, expansion) is { } target && found.TryGetValue(target, out var data) ? expansion.Inner.Select(inner => (data, inner)) : [];
    }

    private void Write(Utf8JsonWriter json, JsonElement record, IReadOnlySet<string> hidden, IReadOnlyList<Expansion> expansions, Dictionary<RecordRef, JsonElement> found)
    {
        json.WriteStartObject();
        foreach (var member in record.EnumerateObject().Where(member => !hidden.Contains(member.Name)))
        {
            if (expansions.FirstOrDefault(expansion => expansion.IsLink && expansion.Name == member.Name) is { } link && Target(record, link) is { } target)
                WriteLink(member, link, target);
            else
                member.WriteTo(json);
        }

        foreach (var expansion in expansions.Where(expansion => !expansion.IsLink))
        {
            if (Target(record, expansion) is not { } target)
                continue;

            json.WritePropertyName(expansion.Name);
            WriteTarget(expansion, target);
        }

        json.WriteEndObject();

        void WriteLink(JsonProperty member, Expansion link, RecordRef target)
        {
            json.WriteStartObject(member.Name);
            foreach (var part in member.Value.EnumerateObject())
                part.WriteTo(json);
            json.WritePropertyName("record");
            WriteTarget(link, target);
            json.WriteEndObject();
        }

        // What was deleted just now and what the caller may not see look the same, as they do to a read.
        void WriteTarget(Expansion expansion, RecordRef target)
        {
            if (found.TryGetValue(target, out var data))
            {
                Write(json, data, Permissions.Hidden(target.Collection), expansion.Inner, found);
                return;
            }

            json.WriteStartObject();
            json.WriteString("id", target.Id);
            json.WriteBoolean("denied", true);
            json.WriteEndObject();
        }
    }

    private static RecordRef? Target(JsonElement record, Expansion expansion)
    {
        if (!record.TryGetProperty(expansion.Field.Name, out var value) || value.ValueKind is JsonValueKind.Null)
            return null;

        return expansion.IsLink
            ? new RecordRef(value.GetProperty("type").GetString()!, value.GetProperty("id").GetString()!)
            : new RecordRef(expansion.Field.Reference!.Collections[0], value.GetString()!);
    }
}
