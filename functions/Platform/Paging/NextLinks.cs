using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Crm.Platform.Paging;

/// <summary>Addresses of next pages.</summary>
internal static class NextLinks
{
    /// <summary>The same list from a cursor on.</summary>
    /// <param name="requestUrl">As the client called it.</param>
    /// <param name="name">The parameter that takes the cursor.</param>
    public static string From(Uri requestUrl, IQueryCollection query, string cursor, string name = "cursor")
    {
        var parameters = query.Where(parameter => parameter.Key != name).Append(new(name, cursor));
        return requestUrl.GetLeftPart(UriPartial.Path) + new QueryBuilder(parameters);
    }

    /// <summary>The value of the header <c>Link</c> (RFC 8288).</summary>
    public static string Header(string nextLink) => $"<{nextLink}>; rel=\"next\"";
}
