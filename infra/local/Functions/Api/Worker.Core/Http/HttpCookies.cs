namespace Microsoft.Azure.Functions.Worker.Http;

public enum SameSite
{
    None,
    Lax,
    Strict,
    ExplicitNone,
}

public interface IHttpCookie
{
    string? Domain { get; }

    DateTimeOffset? Expires { get; }

    bool? HttpOnly { get; }

    double? MaxAge { get; }

    string Name { get; }

    string? Path { get; }

    SameSite SameSite { get; }

    bool? Secure { get; }

    string Value { get; }
}

public sealed class HttpCookie(string name, string value) : IHttpCookie
{
    public string? Domain { get; set; }

    public DateTimeOffset? Expires { get; set; }

    public bool? HttpOnly { get; set; }

    /// <summary>Seconds.</summary>
    public double? MaxAge { get; set; }

    public string Name { get; set; } = name;

    public string? Path { get; set; }

    public SameSite SameSite { get; set; }

    public bool? Secure { get; set; }

    public string Value { get; set; } = value;
}

public abstract class HttpCookies
{
    public abstract void Append(string name, string value);

    public abstract void Append(IHttpCookie cookie);

    public abstract IHttpCookie CreateNew();
}
