namespace Crm.Platform.Http;

/// <summary>
/// Names an HTTP function for those who call it. With this, what it takes and what it answers stand beside the function, and <c>/openapi.json</c> is made of
/// them; its text is the function's own <c>summary</c>.
/// </summary>
/// <param name="id">
/// A verb and a noun, such as <c>submitOrder</c>: part of the API's contract, since clients make method names of it. <c>{One}</c> and <c>{Many}</c> in it stand
/// for the names of a collection's records, where the route takes every collection.
/// </param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OperationAttribute(string id) : Attribute
{
    public string Id { get; } = id;
}

/// <summary>What it answers when all went well. A type is written as JSON, as it is serialised; records of the catalog with their ETag.</summary>
/// <param name="body">None without content; <c>Entity</c> itself for a record of the collection in the route; <c>Stream</c> for a file.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AnswersAttribute(int status, Type? body = null) : Attribute
{
    public int Status { get; } = status;

    public Type? Body { get; } = body;

    /// <summary>A page of them: <c>{value, nextLink}</c>.</summary>
    public bool Many { get; init; }

    /// <summary>The record has its <c>secret</c> in this answer.</summary>
    public bool WithSecret { get; init; }

    public string MediaType { get; init; } = MediaTypes.Json;

    /// <summary>Headers it can have beside those that follow from what it answers.</summary>
    public string[] Headers { get; init; } = [];
}

/// <summary>The body it takes, by the fields of a type.</summary>
/// <param name="body"><c>Entity</c> for the writable fields of the collection in the route; <c>Stream</c> for a file.</param>
/// <param name="mediaTypes">JSON alone where none is named.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TakesAttribute(Type body, params string[] mediaTypes) : Attribute
{
    public Type Body { get; } = body;

    public IReadOnlyList<string> MediaTypes { get; } = mediaTypes is [] ? [Http.MediaTypes.Json] : mediaTypes;

    /// <summary>A type whose fields it takes beside.</summary>
    public Type? With { get; init; }

    /// <summary>It may be left out.</summary>
    public bool Optional { get; init; }
}

/// <summary>It writes records: it takes If-Match and Idempotency-Key, and can meet what is there already.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WritesAttribute : Attribute
{
    /// <summary>It changes nothing without If-Match (428).</summary>
    public bool NeedsIfMatch { get; init; }

    /// <summary>Of a write that makes something new: there is nothing to match.</summary>
    public bool Creates { get; init; }
}

/// <summary>It lists page by page: it takes maxpagesize and where the page starts.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PagedAttribute : Attribute
{
    /// <summary>The parameter that says where; <c>after</c> where the places in a list last for good.</summary>
    public string By { get; init; } = "cursor";
}

/// <summary>The fields of a collection that a query parameter may name.</summary>
public enum QueryFields
{
    None,
    All,
    Filterable,
    Sortable,
}

/// <summary>A parameter of the query string.</summary>
/// <param name="description">What it says, in a sentence.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class QueryAttribute(string name, string description) : Attribute
{
    public string Name { get; } = name;

    public string Description { get; } = description;

    public Type Type { get; init; } = typeof(string);

    /// <summary>Which fields of the collection in the route it may name.</summary>
    public QueryFields Fields { get; init; }
}

/// <summary>A header it takes beside those that <see cref="WritesAttribute"/> stands for.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class HeaderAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>A problem it answers beside those that follow from its access, its body and its conditions.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class FailsAttribute(int status) : Attribute
{
    public int Status { get; } = status;
}

/// <summary>A request that it sends to whom the tenant has named: a webhook, as OpenAPI calls it.</summary>
/// <param name="id">What the receiver's own method is called, such as <c>receiveEvent</c>.</param>
/// <param name="headers">What it is sent with.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SendsAttribute(string id, Type body, string mediaType, params string[] headers) : Attribute
{
    public string Id { get; } = id;

    public Type Body { get; } = body;

    public string MediaType { get; } = mediaType;

    public IReadOnlyList<string> Headers { get; } = headers;
}
