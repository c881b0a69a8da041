using Crm.Entities;
using Crm.Entities.Expanding;
using Crm.Entities.Schema;
using Microsoft.AspNetCore.Http;

namespace Crm.Query;

/// <summary>What a list request asks for, checked.</summary>
internal sealed record ListQuery
{
    public SqlPredicate? Filter { get; init; }

    public Field? OrderBy { get; init; }

    public bool Descending { get; init; }

    /// <summary>The top-level fields wanted, <c>id</c> and <c>etag</c> among them; null for all.</summary>
    public IReadOnlyList<string>? Select { get; init; }

    /// <summary>What is shown with each record.</summary>
    public IReadOnlyList<Expansion> Expand { get; init; } = [];

    public required int PageSize { get; init; }

    public bool Count { get; init; }

}

/// <summary>The parameters that decide which rows come in which order, as the client wrote them: a cursor goes on in the same ones only.</summary>
internal sealed record ListShape(string? Filter, string? OrderBy, string? Select, string? Expand)
{
    public static ListShape Of(IQueryCollection query) => new(query["filter"], query["orderby"], query["select"], query["expand"]);

    public IReadOnlyList<string?> Of(EntityType type) => [type.Collection, Filter, OrderBy, Select, Expand];
}
