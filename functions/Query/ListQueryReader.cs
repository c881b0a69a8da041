using System.Globalization;
using Crm.Entities;
using Crm.Entities.Expanding;
using Crm.Entities.Schema;
using Crm.Platform;
using Crm.Platform.Auth;
using Crm.Platform.Paging;
using Microsoft.AspNetCore.Http;

namespace Crm.Query;

/// <summary>Reads the query string of a list. Everything wrong with it is said at once.</summary>
internal sealed class ListQueryReader
{
    private static readonly IReadOnlyList<string> Known = ["filter", "orderby", "select", "expand", "maxpagesize", "count", "cursor"];

    private readonly EntityType _type;
    private readonly IQueryCollection _query;
    private readonly Caller _caller;
    private readonly FilterMacros? _macros;
    private readonly ExpansionReader _expansions;
    private readonly ListOptions _options;
    private readonly List<ParameterError> _errors = [];

    private ListQueryReader(EntityType type, Caller caller, IQueryCollection query, FilterMacros? macros, ExpansionReader expansions, ListOptions options) =>
        (_type, _caller, _query, _macros, _expansions, _options) = (type, caller, query, macros, expansions, options);

    /// <param name="macros">Null where the filter has none.</param>
    public static Result<ListQuery> Read(EntityType type, Caller caller, IQueryCollection query, FilterMacros? macros, ExpansionReader expansions, ListOptions options) =>
        new ListQueryReader(type, caller, query, macros, expansions, options).Read();

    private Result<ListQuery> Read()
    {
        foreach (var (name, values) in _query)
        {
            if (!Known.Contains(name))
                Refuse(name, "unknown-parameter", $"is not known here; known are {string.Join(", ", Known)}");
            else if (values.Count != 1)
                Refuse(name, "repeated-parameter", "is given more than once");
        }

        var (orderBy, descending) = OrderBy(Text("orderby"));
        var pageSize = PageSize(Text("maxpagesize"));
        var expand = Expand(Text("expand"), pageSize);
        var read = new ListQuery
        {
            Filter = Filter(Text("filter")),
            OrderBy = orderBy,
            Descending = descending,
            Select = Select(Text("select"), expand),
            Expand = expand,
            PageSize = pageSize,
            Count = Count(Text("count")),
        };
        return _errors.Count == 0 ? read : BadRequest.Of(_errors);
    }

    private string? Text(string name) => Known.Contains(name) && _query.TryGetValue(name, out var values) && values.Count == 1 ? values[0] ?? "" : null;

    private void Refuse(string parameter, string code, string detail, int? position = null) => _errors.Add(new ParameterError(parameter, code, detail, position));

    private SqlPredicate? Filter(string? text)
    {
        if (text is null)
            return null;

        var errors = new FilterErrors();
        var filter = Query.Filter.Read(_type, text, errors, _options, _macros);
        _errors.AddRange(errors.All);
        return filter;
    }

    private (Field? Field, bool Descending) OrderBy(string? text)
    {
        if (text is null)
            return default;

        if (text.IndexOf(',') is >= 0 and var comma)
        {
            Refuse("orderby", "unsupported-orderby", "takes one field", comma);
            return default;
        }

        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not ([_] or [_, "asc" or "desc"]))
        {
            Refuse("orderby", "invalid-orderby", "is a field, alone or followed by asc or desc", 0);
            return default;
        }

        var name = words[0];
        if (_type.Fields.TryGetValue(name, out var field) && field.Sortable)
            return (field, words is [_, "desc"]);

        var sortable = string.Join(", ", _type.Fields.Values.Where(other => other.Sortable).Select(other => other.Name).Order(StringComparer.Ordinal));
        var at = text.IndexOf(name, StringComparison.Ordinal);
        if (field is null)
            Refuse("orderby", "unknown-field", $"unknown field '{name}'; sortable are {sortable}", at);
        else
            Refuse("orderby", "not-sortable", $"'{name}' is not sortable; sortable are {sortable}", at);
        return default;
    }

    /// <summary>What is expanded is selected.</summary>
    private List<string>? Select(string? text, IReadOnlyList<Expansion> expand)
    {
        if (text is null)
            return null;

        List<string> wanted = ["id", "etag", .. expand.Select(expansion => expansion.Field.Name)];
        var position = 0;
        foreach (var part in text.Split(','))
        {
            var name = part.Trim();
            if (!_type.Fields.ContainsKey(name))
                Refuse("select", name.Length == 0 ? "invalid-select" : "unknown-field", name.Length == 0 ? "a name is missing" : $"unknown field '{name}'", position + part.IndexOf(name, StringComparison.Ordinal));
            else if (!wanted.Contains(name))
                wanted.Add(name);

            position += part.Length + 1;
        }

        return wanted;
    }

    private IReadOnlyList<Expansion> Expand(string? text, int pageSize) => text is null ? [] : _expansions.Read(_type, _caller, text, pageSize, _errors);

    private int PageSize(string? text)
    {
        if (text is null)
            return _options.DefaultPageSize;

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size >= 1 && size <= _options.MaxPageSize)
            return size;

        Refuse("maxpagesize", "out-of-range", $"is a number from 1 to {_options.MaxPageSize}");
        return default;
    }

    private bool Count(string? text)
    {
        if (text is not (null or "true" or "false"))
            Refuse("count", "invalid-value", "is true or false");

        return text == "true";
    }
}
