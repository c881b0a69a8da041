using System.Text.Json;
using Crm.Entities;
using Crm.Platform.Paging;
using Microsoft.Extensions.Options;

namespace Crm.Query;

/// <summary>Filters, asked of records that are at hand.</summary>
public sealed class RecordFilters(IOptions<ListOptions> options)
{
    /// <summary>Whether a record meets a filter; null where a list would not take the filter.</summary>
    /// <param name="type">As the one sees it who asks.</param>
    /// <param name="record">As it is stored.</param>
    internal bool? Meets(EntityType type, string filter, JsonElement record) =>
        Filter.Parse(type, filter, new FilterErrors(), options.Value) is { } parsed ? FilterMatcher.Matches(type, parsed, record) : null;
}
